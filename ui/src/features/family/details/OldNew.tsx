import { ArrowRight } from 'lucide-react';
import { useText } from '../../../lib/i18n';
import type { DetailChangeView } from '../../../lib/ipc';
import styles from './Details.module.css';
import { Value } from './Value';

/** Old value → new value: « Aujourd'hui » as long as it is so. */
export function OldNew({ change, settled }: { change: DetailChangeView; settled: boolean }) {
  const { t } = useText();
  return (
    <div className={styles.oldNew}>
      <div className={styles.side}>
        <p className={styles.sideName}>{t(settled ? 'details.before' : 'details.old')}</p>
        <Value value={change.old} />
      </div>
      <ArrowRight size="1.125rem" aria-hidden="true" />
      <div className={styles.side}>
        <p className={styles.sideName}>{t(settled ? 'details.asked' : 'details.new')}</p>
        <span className={styles.next}>
          <Value value={change.new} />
        </span>
      </div>
    </div>
  );
}
