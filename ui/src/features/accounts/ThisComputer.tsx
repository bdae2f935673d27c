import { useState } from 'react';
import { Button } from '../../components/Button';
import { Confirm } from '../../components/Confirm';
import { Actions, Card } from '../../components/Page';
import { type MessageId, useText } from '../../lib/i18n';
import { backend, type ProfileView } from '../../lib/ipc';
import { useSessionMutation, useSpace } from '../../lib/session';
import { useSyncStatus } from '../../lib/syncStatus';
import { useSignInFlow } from './signInFlow';

const kept: Record<ProfileView['protection'], MessageId> = {
  keychain: 'account.computer.keychain',
  passphrase: 'account.computer.passphrase',
  memoryOnly: 'account.computer.memoryOnly',
};

/** How this computer keeps the space, and how to end its connection with the town. */
export function ThisComputer() {
  const { t } = useText();
  const { profile, pin } = useSpace();
  const { setFlow } = useSignInFlow();
  const pending = useSyncStatus()?.pending ?? 0;
  const [asked, setAsked] = useState(false);
  const signOut = useSessionMutation(async () => {
    const session = await backend.signOut();
    setFlow({ signedOut: { who: profile.personName ?? profile.communeName } });
    return session;
  });
  return (
    <Card title={t('account.computer.title')} id="computer-card">
      <p>{t(pin && profile.protection === 'keychain' ? 'account.computer.keychainPin' : kept[profile.protection])}</p>
      {profile.protection !== 'memoryOnly' && (
        <>
          <p>{t('account.computer.signOutWords')}</p>
          <Actions>
            <Button onClick={() => setAsked(true)}>{t('account.computer.signOut')}</Button>
          </Actions>
          <Confirm
            open={asked}
            title={t('account.signOut.title')}
            action={t('account.computer.signOut')}
            harmless
            busy={signOut.isPending}
            failure={signOut.error}
            onConfirm={() => signOut.mutate(undefined)}
            onClose={() => {
              signOut.reset();
              setAsked(false);
            }}
          >
            <p>{t('account.signOut.kept')}</p>
            <p>{t('account.signOut.again')}</p>
            {pending > 0 && (
              <p>
                <strong>{t('account.signOut.pending', { count: pending })}</strong>
              </p>
            )}
          </Confirm>
        </>
      )}
    </Card>
  );
}
