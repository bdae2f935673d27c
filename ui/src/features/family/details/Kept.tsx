import { Notice } from '../../../components/Notice';
import { useText } from '../../../lib/i18n';
import type { DetailChangeView } from '../../../lib/ipc';
import { useKiosk } from '../../../lib/kiosk';
import { useSyncStatus } from '../../../lib/syncStatus';

/** After *VALIDER*: what became of it so far, true at every moment. */
export function Kept({ waiting }: { waiting: readonly DetailChangeView[] }) {
  const { t } = useText();
  const sync = useSyncStatus();
  const kiosk = useKiosk();
  const kept = waiting.some(({ state }) => state.type === 'toSend');
  if (!kept) {
    return (
      <Notice tone="success" announce title={t('details.kept.received')}>
        {t('details.kept.receivedWords')}
      </Notice>
    );
  }
  if (kiosk && sync?.trouble) {
    return (
      <Notice tone="attention" announce title={t('kiosk.sent.title')}>
        {t('kiosk.sent.words')}
      </Notice>
    );
  }
  // Another request that is blocked does not hold this one up.
  const stuck = sync !== null && sync.trouble !== null;
  return (
    <Notice tone={stuck ? 'attention' : 'information'} announce title={t('details.kept.title')}>
      {t(stuck ? 'details.kept.offline' : 'details.kept.sending')}
    </Notice>
  );
}
