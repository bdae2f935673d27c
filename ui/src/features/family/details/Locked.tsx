import { Lock } from 'lucide-react';
import { useText } from '../../../lib/i18n';
import type { DetailChangeView } from '../../../lib/ipc';
import styles from './Details.module.css';
import { Value } from './Value';

interface LockedProps {
  /** Of the control it stands for, so that a message about it leads here. */
  id: string;
  change: DetailChangeView;
  titled?: boolean;
}

/** In place of a field whose change waits: what is on record, and that it cannot be changed twice. */
export function Locked({ id, change, titled }: LockedProps) {
  const { t } = useText();
  return (
    <div id={id} tabIndex={-1} className={styles.locked}>
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
