import { CircleCheck, CloudDownload, CloudUpload, RefreshCw, TriangleAlert, WifiOff } from 'lucide-react';
import { Button } from '../../components/Button';
import { Notice } from '../../components/Notice';
import { moment } from '../../lib/dates';
import { troubleSentences } from '../../lib/failures';
import { useText } from '../../lib/i18n';
import type { SyncStateView, SyncStatusView } from '../../lib/ipc';
import { kioskTroubleSentences, useKiosk } from '../../lib/kiosk';
import { useNow } from '../../lib/useNow';
import styles from './Sync.module.css';
import { syncWords } from './syncWords';

const icons: Record<SyncStateView, typeof CircleCheck> = {
  upToDate: CircleCheck,
  receiving: CloudDownload,
  sending: CloudUpload,
  offline: WifiOff,
  attention: TriangleAlert,
};

interface SyncStateCardProps {
  status: SyncStatusView;
  busy: boolean;
  onSync: () => void;
}

/** The state, what stands in the way, and the button that tries now. */
export function SyncStateCard({ status, busy, onSync }: SyncStateCardProps) {
  const { t, locale } = useText();
  const kiosk = useKiosk();
  const now = useNow();
  const Icon = icons[status.state];
  const words = syncWords(status, now, t, locale);
  return (
    <div className={styles.card}>
      <div className={styles.state}>
        <span className={`${styles.stateIcon} ${styles[status.state]}`}>
          <Icon size="1.375rem" aria-hidden="true" />
        </span>
        <div className={styles.stateWords}>
          <p className={styles.stateTitle}>{words.state}</p>
          <p className={styles.second}>
            {status.lastSyncAt === null
              ? t('sync.last.never')
              : t('sync.last', { when: moment(status.lastSyncAt, locale) })}
          </p>
        </div>
        <Button icon={<RefreshCw size="1.125rem" aria-hidden="true" />} busy={busy} onClick={onSync}>
          {t('sync.now.action')}
        </Button>
      </div>
      {status.trouble && (
        <Notice tone="attention">
          {t((kiosk && kioskTroubleSentences[status.trouble]) || troubleSentences[status.trouble])}
        </Notice>
      )}
      {status.blocked > 0 && <Notice tone="attention">{t('sync.blocked', { count: status.blocked })}</Notice>}
      {status.changed > 0 && <Notice tone="danger">{t('sync.changed', { count: status.changed })}</Notice>}
      {status.refused > 0 && <Notice tone="danger">{t('sync.refused', { count: status.refused })}</Notice>}
      {status.clockOffMinutes !== null && (
        <Notice tone="attention" title={t('sync.clock.title')}>
          {t('sync.clock.words', { minutes: Math.abs(status.clockOffMinutes) })}
        </Notice>
      )}
    </div>
  );
}
