import { type FormEvent, type ReactNode, useContext, useState } from 'react';
import { Button } from '../../components/Button';
import { Dialog } from '../../components/Dialog';
import { FailureNotice } from '../../components/FailureNotice';
import { Notice } from '../../components/Notice';
import { Actions, Stack } from '../../components/Page';
import { SecretField } from '../../components/SecretField';
import { useText } from '../../lib/i18n';
import { backend, type ProfileView } from '../../lib/ipc';
import { SpaceContext, useSessionMutation } from '../../lib/session';
import { LosingHere } from './Losing';

interface Opening {
  /** Opens a space, after its passphrase when it has one. */
  open: (profile: ProfileView) => void;
  busy: (id: string) => boolean;
  /** The dialog, where there is something to ask or to say. */
  question: ReactNode;
}

export function useOpenProfile(): Opening {
  const { t } = useText();
  const space = useContext(SpaceContext);
  const [target, setTarget] = useState<ProfileView | null>(null);
  const [passphrase, setPassphrase] = useState('');
  const opening = useSessionMutation(
    (input: { id: string; passphrase: string | null }) => backend.openProfile(input.id, input.passphrase),
    () => close(),
  );
  // Leaving a space that only memory holds loses it: said before, never after.
  const losing = space?.profile.protection === 'memoryOnly';
  const asks = target?.protection === 'passphrase';

  const close = () => {
    setTarget(null);
    setPassphrase('');
    opening.reset();
  };
  const start = (profile: ProfileView) => {
    setTarget(profile);
    if (profile.protection !== 'passphrase' && !losing) opening.mutate({ id: profile.id, passphrase: null });
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (target && !opening.isPending) {
      opening.mutate({ id: target.id, passphrase: asks ? passphrase : null });
    }
  };

  const title = target?.personName ?? target?.communeName ?? '';
  return {
    open: start,
    busy: (id) => opening.isPending && target?.id === id,
    question: (
      <Dialog
        open={target !== null && (asks || losing || opening.isError)}
        title={t('accounts.open.title', { who: title })}
        onClose={close}
      >
        <form onSubmit={submit} noValidate>
          <Stack>
            {losing && (
              <Notice tone="attention">
                <LosingHere />
              </Notice>
            )}
            {opening.isError && <FailureNotice failure={opening.error} />}
            {asks && (
              <SecretField
                id="open-passphrase"
                label={t('accounts.passphrase')}
                hint={t('accounts.open.hint')}
                autoComplete="current-password"
                autoFocus
                value={passphrase}
                onChange={(event) => setPassphrase(event.target.value)}
              />
            )}
            <Actions>
              <Button onClick={close}>{t('frame.cancel')}</Button>
              <Button type="submit" look="primary" busy={opening.isPending}>
                {t('accounts.profiles.open')}
              </Button>
            </Actions>
          </Stack>
        </form>
      </Dialog>
    ),
  };
}
