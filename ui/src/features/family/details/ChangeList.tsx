import { useText } from '../../../lib/i18n';
import type { DetailChangeView } from '../../../lib/ipc';
import { ChangeState, useStateWords } from './ChangeState';
import styles from './Details.module.css';
import { OldNew } from './OldNew';

/**
 * Changes with their old and new values; with how far each is, save in step 2 where nothing was asked yet and no section
 * heading stands above.
 */
export function ChangeList({ changes, bare }: { changes: readonly DetailChangeView[]; bare?: boolean }) {
  return (
    <ul className={styles.changes}>
      {changes.map((change) => (
        <Change key={change.id} change={change} bare={bare ?? false} />
      ))}
    </ul>
  );
}

function Change({ change, bare }: { change: DetailChangeView; bare: boolean }) {
  const { t } = useText();
  const words = useStateWords()(change.state);
  const Title = bare ? 'h2' : 'h3';
  const field = t(`details.field.${change.field}`);
  return (
    <li className={styles.change}>
      <div className={styles.changeHead}>
        <Title className={styles.changeTitle}>
          {change.personName === null ? field : t('details.of', { field, name: change.personName })}
        </Title>
        {!bare && <ChangeState state={change.state} />}
      </div>
      <OldNew change={change} />
      {!bare && words && <p className={styles.explained}>{words}</p>}
    </li>
  );
}
