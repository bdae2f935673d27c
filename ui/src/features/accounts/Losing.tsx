import { useText } from '../../lib/i18n';
import { useSyncStatus } from '../../lib/syncStatus';

/** What is lost by leaving a space that only memory holds: everything read, and what was never sent. */
export function Losing({ pending }: { pending: number }) {
  const { t } = useText();
  return (
    <>
      <p>{t('accounts.close.memory')}</p>
      {pending > 0 && (
        <p>
          <strong>{t('accounts.close.pending', { count: pending })}</strong>
        </p>
      )}
    </>
  );
}

/** The same of the space that is open. */
export function LosingHere() {
  return <Losing pending={useSyncStatus()?.pending ?? 0} />;
}
