import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Button } from '../../components/Button';
import { Dialog } from '../../components/Dialog';
import { FailureNotice } from '../../components/FailureNotice';
import { Actions, Stack } from '../../components/Page';
import { SecretField } from '../../components/SecretField';
import { TextField } from '../../components/TextField';
import { readAgain } from '../../lib/freshness';
import { useText } from '../../lib/i18n';
import { backend, type KeepRequest } from '../../lib/ipc';
import { spaceKey, useSessionMutation, useSpace } from '../../lib/session';

/** Signs in again to the space that is open; what waits is then sent. */
export function SignInAgainDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useText();
  const client = useQueryClient();
  const { commune, profile } = useSpace();
  const [typed, setTyped] = useState({ identifiant: '', code: '', passphrase: '' });
  const signIn = useSessionMutation(backend.signIn);
  const needsPassphrase = profile.protection === 'passphrase';

  const close = () => {
    setTyped({ identifiant: '', code: '', passphrase: '' });
    signIn.reset();
    onClose();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (signIn.isPending) return;
    const keep: KeepRequest =
      profile.protection === 'passphrase'
        ? { type: 'passphrase', passphrase: typed.passphrase }
        : { type: profile.protection };
    const { identifiant, code } = typed;
    signIn.mutate(
      { slug: commune.slug, identifiant: identifiant.trim(), code, keep },
      {
        onSuccess: () => {
          close();
          void readAgain(client, spaceKey(profile.id));
        },
      },
    );
  };

  return (
    <Dialog open={open} title={t('accounts.again.action')} onClose={close}>
      <form onSubmit={submit} noValidate>
        <Stack>
          <p>{t('accounts.again.dialog')}</p>
          {signIn.isError && <FailureNotice failure={signIn.error} />}
          <TextField
            id="again-identifiant"
            label={t('accounts.identifiant')}
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            autoFocus
            value={typed.identifiant}
            onChange={(event) => setTyped({ ...typed, identifiant: event.target.value })}
          />
          <SecretField
            id="again-code"
            label={t('accounts.personalCode')}
            autoComplete="current-password"
            value={typed.code}
            onChange={(event) => setTyped({ ...typed, code: event.target.value })}
          />
          {needsPassphrase && (
            <SecretField
              id="again-passphrase"
              label={t('accounts.passphrase')}
              hint={t('accounts.open.hint')}
              autoComplete="off"
              value={typed.passphrase}
              onChange={(event) => setTyped({ ...typed, passphrase: event.target.value })}
            />
          )}
          <Actions>
            <Button onClick={close}>{t('frame.cancel')}</Button>
            <Button type="submit" look="primary" busy={signIn.isPending}>
              {t('accounts.signIn.submit')}
            </Button>
          </Actions>
        </Stack>
      </form>
    </Dialog>
  );
}
