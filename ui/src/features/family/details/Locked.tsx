import { Lock } from 'lucide-react';
import type { ReactNode } from 'react';
import { useText } from '../../../lib/i18n';
import type { DetailChangeView } from '../../../lib/ipc';
import styles from './Details.module.css';
import { Value } from './Value';

interface UnchangeableProps {
  /** Of the control it stands for, so that a message about it leads here. */
  id: string;
  name: string | undefined;
  value: ReactNode;
  why: string;
}

/** In place of a field that is not to be changed now: what is on record, and why. */
export function Unchangeable({ id, name, value, why }: UnchangeableProps) {
  return (
    <div id={id} tabIndex={-1} className={styles.locked}>
      {name && <p className={styles.lockedName}>{name}</p>}
      <p>{value}</p>
      <p className={styles.lockedWhy}>
        <Lock size="1rem" aria-hidden="true" />
        {why}
      </p>
    </div>
  );
}

interface LockedProps {
  id: string;
  change: DetailChangeView;
  titled?: boolean;
}

/** In place of a field whose change waits: it cannot be changed twice. */
export function Locked({ id, change, titled }: LockedProps) {
  const { t } = useText();
  const name = titled ? t(`details.field.${change.field}`) : undefined;
  return <Unchangeable id={id} name={name} value={<Value value={change.old} />} why={t('details.locked')} />;
}
