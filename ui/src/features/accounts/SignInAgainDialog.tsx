import { valibotResolver } from '@hookform/resolvers/valibot';
import { useQueryClient } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import { Button } from '../../components/Button';
import { Dialog } from '../../components/Dialog';
import { ErrorSummary } from '../../components/ErrorSummary';
import { FailureNotice } from '../../components/FailureNotice';
import { Actions, Stack } from '../../components/Page';
import { SecretField } from '../../components/SecretField';
import { Skeleton } from '../../components/Skeleton';
import { TextField } from '../../components/TextField';
import { useProblems } from '../../components/useProblems';
import { readAgain } from '../../lib/freshness';
import { useText } from '../../lib/i18n';
import { backend, type KeepRequest } from '../../lib/ipc';
import { spaceKey, useSessionMutation, useSpace, useSpaceQuery } from '../../lib/session';
import { checking, signInAgainForm } from './forms';

/** Signs in again to the space that is open; what waits is then sent. */
export function SignInAgainDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useText();
  return (
    <Dialog open={open} title={t('accounts.again.action')} onClose={onClose}>
      <KnownSignIn onClose={onClose} />
    </Dialog>
  );
}

/** With the identifiant that this space already knows. */
function KnownSignIn({ onClose }: { onClose: () => void }) {
  const account = useSpaceQuery(['account'], backend.account);
  if (account.isPending) return <Skeleton />;
  return <SignInAgainForm known={account.data?.identifiant ?? ''} onClose={onClose} />;
}

function SignInAgainForm({ known, onClose }: { known: string; onClose: () => void }) {
  const { t } = useText();
  const client = useQueryClient();
  const { commune, profile } = useSpace();
  const signIn = useSessionMutation(backend.signIn);
  const form = useForm({
    resolver: valibotResolver(signInAgainForm),
    defaultValues: { identifiant: known, code: '', keep: profile.protection, passphrase: '' },
    ...checking,
  });
  const { errors, submitCount } = form.formState;
  const { sentence, problems } = useProblems(errors, ['identifiant', 'code', 'passphrase'], 'again');
  const submit = form.handleSubmit(({ identifiant, code, keep: where, passphrase }) => {
    if (signIn.isPending) return;
    const keep: KeepRequest = where === 'passphrase' ? { type: where, passphrase } : { type: where };
    signIn.mutate(
      { slug: commune.slug, invitation: null, identifiant, code, keep },
      {
        onSuccess: () => {
          onClose();
          void readAgain(client, spaceKey(profile.id));
        },
      },
    );
  });

  return (
    <form onSubmit={(event) => void submit(event)} noValidate>
      <Stack>
        <p>{t('accounts.again.dialog')}</p>
        <ErrorSummary problems={problems} attempt={submitCount} toField />
        {signIn.isError && problems.length === 0 && <FailureNotice failure={signIn.error} />}
        <TextField
          id="again-identifiant"
          label={t('accounts.identifiant')}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          autoFocus={known === ''}
          error={sentence('identifiant')}
          {...form.register('identifiant')}
        />
        <SecretField
          id="again-code"
          label={t('accounts.personalCode')}
          autoComplete="current-password"
          autoFocus={known !== ''}
          error={sentence('code')}
          {...form.register('code')}
        />
        {profile.protection === 'passphrase' && (
          <SecretField
            id="again-passphrase"
            label={t('accounts.passphrase')}
            hint={t('accounts.open.hint')}
            autoComplete="off"
            error={sentence('passphrase')}
            {...form.register('passphrase')}
          />
        )}
        <Actions>
          <Button onClick={onClose}>{t('frame.cancel')}</Button>
          <Button type="submit" look="primary" busy={signIn.isPending}>
            {t('accounts.signIn.submit')}
          </Button>
        </Actions>
      </Stack>
    </form>
  );
}
