import { useText } from '../lib/i18n';
import styles from './Skeleton.module.css';

/** The shape of what comes. Invisible for 300 ms: what is quick never flickers. */
export function Skeleton({ rows = 3 }: { rows?: number }) {
  const { t } = useText();
  return (
    <div className={styles.skeleton} role="status">
      <span className={styles.words}>{t('frame.loading')}</span>
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: identical bars that never move.
        <span key={row} className={styles.bar} aria-hidden="true" />
      ))}
    </div>
  );
}
