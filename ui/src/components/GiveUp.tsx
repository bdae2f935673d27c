import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useText } from '../lib/i18n';
import { backend } from '../lib/ipc';
import { useCenterKnown } from '../lib/syncStatus';
import { Button } from './Button';
import { Confirm } from './Confirm';

interface GiveUpProps {
  /** The operation, or the change that it asked for: they have one id. */
  opId: string;
  /** What is given up, in its own words. */
  title: string;
  /** What giving up means for it. */
  words: string;
}

/** *Abandonner*, after a question. */
export function GiveUp({ opId, title, words }: GiveUpProps) {
  const { t } = useText();
  const [asking, setAsking] = useState(false);
  const giveUp = useMutation({ mutationFn: () => backend.giveUp(opId), onSuccess: useCenterKnown() });
  return (
    <>
      <Button label={t('sync.giveUp.label', { title })} onClick={() => setAsking(true)}>
        {t('sync.giveUp.open')}
      </Button>
      <Confirm
        open={asking}
        title={t('sync.giveUp.title')}
        action={t('sync.giveUp.action')}
        busy={giveUp.isPending}
        failure={giveUp.error}
        onConfirm={() => giveUp.mutate(undefined, { onSuccess: () => setAsking(false) })}
        onClose={() => {
          giveUp.reset();
          setAsking(false);
        }}
      >
        <p>{title}</p>
        <p>{words}</p>
      </Confirm>
    </>
  );
}
