import { Lock } from 'lucide-react';
import { useText } from '../../../lib/i18n';
import type { DetailChangeView } from '../../../lib/ipc';
import styles from './Details.module.css';
import { Value } from './Value';

/** In place of a field whose change waits: what is on record, and that it cannot be changed twice. */
export function Locked({ change, titled }: { change: DetailChangeView; titled?: boolean }) {
  const { t } = useText();
  return (
    <div className={styles.locked}>
      {titled && <p className={styles.lockedName}>{t(`details.field.${change.field}`)}</p>}
      <p>
        <Value value={change.old} />
      </p>
      <p className={styles.lockedWhy}>
        <Lock size="1rem" aria-hidden="true" />
        {t('details.locked')}
      </p>
    </div>
  );
}
