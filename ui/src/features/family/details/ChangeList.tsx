import { ChangeState, useStateWords } from '../../../components/ChangeState';
import { GiveUp } from '../../../components/GiveUp';
import { type MessageId, useText } from '../../../lib/i18n';
import type { DetailChangeView, DetailStateView } from '../../../lib/ipc';
import styles from './Details.module.css';
import { Forecast } from './Forecast';
import { OldNew } from './OldNew';

const settled: readonly DetailStateView['type'][] = ['accepted', 'refused', 'withdrawn', 'expired'];

interface ChangeListProps {
  changes: readonly DetailChangeView[];
  /** Step 2: nothing is asked yet, and no section heading stands above. */
  forecast?: boolean;
}

/** Changes with their old and new values, and how far each is; in step 2, what will become of it. */
export function ChangeList({ changes, forecast }: ChangeListProps) {
  return (
    <ul className={styles.changes}>
      {changes.map((change) => (
        <Change key={change.id} change={change} forecast={forecast ?? false} />
      ))}
    </ul>
  );
}

function Change({ change, forecast }: { change: DetailChangeView; forecast: boolean }) {
  const { t } = useText();
  const words = useStateWords()(change.state, change);
  const Title = forecast ? 'h2' : 'h3';
  const field = t(`details.field.${change.field}`);
  const title = change.personName === null ? field : t('details.of', { field, name: change.personName });
  return (
    <li className={styles.change}>
      <div className={styles.changeHead}>
        <Title className={styles.changeTitle}>{title}</Title>
        {!forecast && <ChangeState state={change.state} />}
      </div>
      <OldNew change={change} settled={!forecast && settled.includes(change.state.type)} />
      {forecast ? <Forecast state={change.state} /> : words && <p className={styles.explained}>{words}</p>}
      {change.giveUp === 'asked' && <p className={styles.explained}>{t('details.giveUp.asked')}</p>}
      {!forecast && change.giveUp === 'possible' && (
        <div className={styles.giveUp}>
          <GiveUp opId={change.id} title={title} words={t(givingUp(change.state))} />
        </div>
      )}
    </li>
  );
}

/** What giving up means: nothing left yet, it may have arrived, or the town has it. */
function givingUp(state: DetailStateView): MessageId {
  if (state.type !== 'toSend') return 'details.giveUp.words';
  return state.pending.state === 'kept' ? 'sync.giveUp.neverSent' : 'sync.giveUp.sent';
}
