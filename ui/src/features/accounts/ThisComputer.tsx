import { Button } from '../../components/Button';
import { FailureNotice } from '../../components/FailureNotice';
import { Actions, Card } from '../../components/Page';
import { type MessageId, useText } from '../../lib/i18n';
import { backend, type ProfileView } from '../../lib/ipc';
import { useSessionMutation, useSpace } from '../../lib/session';

const kept: Record<ProfileView['protection'], MessageId> = {
  keychain: 'account.computer.keychain',
  passphrase: 'account.computer.passphrase',
  memoryOnly: 'account.computer.memoryOnly',
};

/** How this computer keeps the space, and how to end its connection with the town. */
export function ThisComputer() {
  const { t } = useText();
  const { profile } = useSpace();
  const signOut = useSessionMutation(() => backend.signOut());
  return (
    <Card title={t('account.computer.title')} id="computer-card">
      <p>{t(kept[profile.protection])}</p>
      {signOut.isError && <FailureNotice failure={signOut.error} />}
      {profile.protection !== 'memoryOnly' && (
        <>
          <p>{t('account.computer.signOutWords')}</p>
          <Actions>
            <Button busy={signOut.isPending} onClick={() => signOut.mutate(undefined)}>
              {t('account.computer.signOut')}
            </Button>
          </Actions>
        </>
      )}
    </Card>
  );
}
