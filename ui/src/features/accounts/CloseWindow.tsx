import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useEffect, useState } from 'react';
import { Confirm } from '../../components/Confirm';
import { useText } from '../../lib/i18n';
import { backend, onCloseAsked } from '../../lib/ipc';

/** Somebody closes the window itself, and would lose what was never sent: the same question as for the space. */
export function CloseWindow({ losing }: { losing: ReactNode }) {
  const { t } = useText();
  const [asked, setAsked] = useState(false);
  const closing = useMutation({ mutationFn: backend.closeWindow });
  useEffect(
    () =>
      onCloseAsked(() => {
        setAsked(true);
        // The shell closes a window that does not say that it asks.
        backend.closeQuestionShown().catch(() => undefined);
      }),
    [],
  );
  return (
    <Confirm
      open={asked}
      title={t('accounts.close.title')}
      action={t('accounts.close.action')}
      busy={closing.isPending}
      failure={closing.error}
      onConfirm={() => closing.mutate()}
      onClose={() => {
        closing.reset();
        setAsked(false);
      }}
    >
      {losing}
    </Confirm>
  );
}
