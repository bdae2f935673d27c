import { useQueryClient } from '@tanstack/react-query';
import { Button } from '../../components/Button';
import { Dialog } from '../../components/Dialog';
import { Skeleton } from '../../components/Skeleton';
import { readAgain } from '../../lib/freshness';
import { useText } from '../../lib/i18n';
import { backend } from '../../lib/ipc';
import { spaceKey, useSpace, useSpaceQuery } from '../../lib/session';
import { SignBackIn } from './SignBackIn';

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
  const { t } = useText();
  const client = useQueryClient();
  const { commune, profile } = useSpace();
  const account = useSpaceQuery(['account'], backend.account);
  if (account.isPending) return <Skeleton />;
  return (
    <SignBackIn
      commune={commune}
      known={account.data?.identifiant ?? ''}
      words={t('accounts.again.dialog')}
      aside={<Button onClick={onClose}>{t('frame.cancel')}</Button>}
      onDone={() => {
        onClose();
        void readAgain(client, spaceKey(profile.id));
      }}
    />
  );
}
