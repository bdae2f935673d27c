import { valibotResolver } from '@hookform/resolvers/valibot';
import { type ReactNode, useState } from 'react';
import { useForm } from 'react-hook-form';
import { Button } from '../../components/Button';
import { ErrorSummary } from '../../components/ErrorSummary';
import { FailureNotice } from '../../components/FailureNotice';
import { Actions, Stack } from '../../components/Page';
import { SecretField } from '../../components/SecretField';
import { TextField } from '../../components/TextField';
import { useProblems } from '../../components/useProblems';
import { useText } from '../../lib/i18n';
import { backend, type CommuneView } from '../../lib/ipc';
import { useSessionMutation } from '../../lib/session';
import { useFocusFirst } from '../../lib/useFocusFirst';
import { checking, signBackInForm } from './forms';
import { LostCode } from './LostCode';
import styles from './SignIn.module.css';

interface SignBackInProps {
  commune: CommuneView;
  /** The identifiant, where this space may say it. */
  known: string;
  /** What it is for. */
  words: string;
  /** The other button. */
  aside: ReactNode;
  onDone?: () => void;
}

/** Identifiant and code for the space that is there already: neither where to keep it nor its passphrase is asked. */
export function SignBackIn(props: SignBackInProps) {
  const [known, setKnown] = useState(props.known);
  const [lost, setLost] = useState(false);
  if (lost) return <LostCode commune={props.commune} known={known} onBack={() => setLost(false)} />;
  return (
    <SignBackInForm
      {...props}
      known={known}
      onLost={(typed) => {
        setKnown(typed);
        setLost(true);
      }}
    />
  );
}

interface SignBackInFormProps extends Omit<SignBackInProps, 'commune'> {
  onLost: (typed: string) => void;
}

function SignBackInForm({ known, words, aside, onDone, onLost }: SignBackInFormProps) {
  const { t } = useText();
  const signIn = useSessionMutation(
    (input: { identifiant: string; code: string }) => backend.signInAgain(input.identifiant, input.code),
    onDone,
  );
  const form = useForm({
    resolver: valibotResolver(signBackInForm),
    defaultValues: { identifiant: known, code: '' },
    ...checking,
  });
  const { errors, submitCount } = form.formState;
  const { sentence, problems } = useProblems(errors, ['identifiant', 'code'], 'again');
  useFocusFirst(known === '' ? 'again-identifiant' : 'again-code');
  const submit = form.handleSubmit((values) => {
    if (!signIn.isPending) signIn.mutate(values);
  });
  return (
    <form onSubmit={(event) => void submit(event)} noValidate>
      <Stack>
        <p>{words}</p>
        <ErrorSummary problems={problems} attempt={submitCount} toField />
        {signIn.isError && problems.length === 0 && <FailureNotice failure={signIn.error} />}
        <TextField
          id="again-identifiant"
          label={t('accounts.identifiant')}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          error={sentence('identifiant')}
          {...form.register('identifiant')}
        />
        <SecretField
          id="again-code"
          label={t('accounts.personalCode')}
          autoComplete="current-password"
          error={sentence('code')}
          {...form.register('code')}
        />
        <Actions>
          {aside}
          <Button type="submit" look="primary" busy={signIn.isPending}>
            {t('accounts.signIn.submit')}
          </Button>
        </Actions>
        <div>
          <button type="button" className={styles.textButton} onClick={() => onLost(form.getValues('identifiant'))}>
            {t('accounts.lost.link')}
          </button>
        </div>
      </Stack>
    </form>
  );
}
