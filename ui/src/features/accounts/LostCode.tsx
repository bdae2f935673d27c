import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Button } from '../../components/Button';
import { FailureNotice } from '../../components/FailureNotice';
import { Notice } from '../../components/Notice';
import { Actions, Stack } from '../../components/Page';
import { TextField } from '../../components/TextField';
import { useText } from '../../lib/i18n';
import { backend, type CommuneView } from '../../lib/ipc';
import { useFocusFirst } from '../../lib/useFocusFirst';
import styles from './SignIn.module.css';

interface LostCodeProps {
  commune: CommuneView;
  /** For a town that the directory does not know: the text that led there. */
  invitation?: string | undefined;
  /** The identifiant, as far as it is known. */
  known: string;
  onBack: () => void;
}

/** *Code secret oublié*: one answer for everybody, so that nobody learns who has an account. */
export function LostCode({ commune, invitation, known, onBack }: LostCodeProps) {
  const { t } = useText();
  const [identifiant, setIdentifiant] = useState(known);
  const [empty, setEmpty] = useState(false);
  const ask = useMutation({ mutationFn: backend.askLostCode });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const typed = identifiant.trim();
    setEmpty(typed === '');
    if (typed === '') document.getElementById('lost-identifiant')?.focus();
    else if (!ask.isPending) {
      ask.mutate({ slug: commune.slug, invitation: invitation ?? null, identifiant: typed });
    }
  };
  useFocusFirst('lost-identifiant');
  const { label, phone } = commune.contact;
  if (ask.isSuccess) {
    return (
      <Stack>
        <Notice tone="success" announce title={t('accounts.lost.done')}>
          <p>{t('accounts.lost.mail')}</p>
        </Notice>
        <p>
          <strong>{t('accounts.lost.letter', { label, phone })}</strong>
        </p>
        <p className={styles.hint}>{t('accounts.lost.same')}</p>
        <Actions>
          <Button onClick={() => ask.reset()}>{t('accounts.lost.again')}</Button>
          <Button look="primary" onClick={onBack}>
            {t('accounts.lost.back')}
          </Button>
        </Actions>
      </Stack>
    );
  }
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <p>{t('accounts.lost.lead')}</p>
        {ask.isError && <FailureNotice failure={ask.error} />}
        <TextField
          id="lost-identifiant"
          label={t('accounts.identifiant')}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          value={identifiant}
          error={empty ? t('accounts.identifiant.empty') : undefined}
          onChange={(event) => {
            setIdentifiant(event.target.value);
            setEmpty(false);
          }}
        />
        <Actions>
          <Button onClick={onBack}>{t('accounts.lost.back')}</Button>
          <Button type="submit" look="primary" busy={ask.isPending}>
            {t('accounts.lost.submit')}
          </Button>
        </Actions>
      </Stack>
    </form>
  );
}
