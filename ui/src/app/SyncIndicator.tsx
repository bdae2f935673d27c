import { type CircleDot, CloudDownload, CloudUpload, TriangleAlert, WifiOff } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { Link } from 'react-router';
import { syncWords } from '../features/sync/syncWords';
import { useText } from '../lib/i18n';
import type { SyncStateView } from '../lib/ipc';
import { useSyncStatus } from '../lib/syncStatus';
import { useNow } from '../lib/useNow';
import styles from './SyncIndicator.module.css';
import bar from './TopBar.module.css';

const icons: Record<SyncStateView, typeof CircleDot | null> = {
  upToDate: null,
  receiving: CloudDownload,
  sending: CloudUpload,
  offline: WifiOff,
  attention: TriangleAlert,
};

/** The state of synchronisation, always visible; it leads to what waits. */
export function SyncIndicator() {
  const { t, locale } = useText();
  const status = useSyncStatus();
  const now = useNow();
  const words = status ? syncWords(status, now, t, locale) : null;
  const Icon = status ? icons[status.state] : null;
  return (
    <>
      <Link
        to="/synchronisation"
        className={`${bar.pill} ${status?.state === 'attention' ? styles.attention : ''}`}
        aria-label={t('sync.indicator', { state: words?.full ?? t('frame.loading') })}
      >
        {Icon && <Icon size="1rem" aria-hidden="true" />}
        {status?.state === 'upToDate' && <span className={styles.dot} aria-hidden="true" />}
        {words?.full ?? t('frame.loading')}
      </Link>
      <Announcer words={words?.state ?? null} />
    </>
  );
}

/** Says the state when it changes, not each minute of « il y a … », and not when the window opens. */
function Announcer({ words }: { words: string | null }) {
  const [said, setSaid] = useState('');
  const before = useRef(words);
  useEffect(() => {
    if (before.current !== null && words !== null && words !== before.current) setSaid(words);
    before.current = words;
  }, [words]);
  return (
    <span className={styles.spoken} role="status">
      {said}
    </span>
  );
}
