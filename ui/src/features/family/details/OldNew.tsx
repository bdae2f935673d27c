import { ArrowRight } from 'lucide-react';
import { useText } from '../../../lib/i18n';
import type { DetailChangeView } from '../../../lib/ipc';
import styles from './Details.module.css';
import { Value } from './Value';

/** Old value → new value. */
export function OldNew({ change }: { change: DetailChangeView }) {
  const { t } = useText();
  return (
    <div className={styles.oldNew}>
      <div className={styles.side}>
        <p className={styles.sideName}>{t('details.old')}</p>
        <Value value={change.old} />
      </div>
      <ArrowRight size={18} aria-hidden="true" />
      <div className={styles.side}>
        <p className={styles.sideName}>{t('details.new')}</p>
        <span className={styles.next}>
          <Value value={change.new} />
        </span>
      </div>
    </div>
  );
}
