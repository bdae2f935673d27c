import { CircleCheck, CircleSlash, Clock, Send } from 'lucide-react';
import { memo } from 'react';
import { useText } from '../../lib/i18n';
import type { CellStateView, GridCellView, GridChildView, GridUnitView, TickRequest } from '../../lib/ipc';
import { money } from '../../lib/money';
import { weekdayDay } from './days';
import styles from './Grid.module.css';
import { lockWords, placesWords } from './words';

interface RowProps {
  cell: GridCellView;
  child: GridChildView;
  units: readonly GridUnitView[];
  /** In a table of several children: the child's name stands in the row. */
  named: boolean;
  /** Rows of the same day that this one begins; none when another does. */
  span: number | null;
  /** The id of the sentence that says what is wrong. */
  problemId: string;
  act: (request: TickRequest) => void;
}

/** A child's day. It is drawn anew only when something of it changes: a summer has hundreds of boxes. */
export const BookingRow = memo(function BookingRow({ cell, child, units, named, span, problemId, act }: RowProps) {
  const { t, locale } = useText();
  const day = weekdayDay(cell.day, locale);
  const locked = cell.locked !== null;
  return (
    <tr className={cell.problem ? styles.faulty : undefined} data-cell={`${cell.childId} ${cell.day}`}>
      {span !== null && (
        <th scope="row" className={styles.day} rowSpan={span}>
          {day}
        </th>
      )}
      {named && (
        <th scope="row" className={styles.child}>
          {child.firstName}
        </th>
      )}
      {units.map((unit) => {
        const label = t('reservations.box', { name: child.firstName, day, unit: unit.name });
        if (cell.otherHome.includes(unit.key)) {
          return (
            <td key={unit.key} className={styles.other} title={t('reservations.otherHome')}>
              <span className={styles.otherMark} role="img" aria-label={`${label} : ${t('reservations.otherHome')}`} />
            </td>
          );
        }
        return (
          <td key={unit.key} className={styles.cell}>
            <label className={locked ? `${styles.box} ${styles.locked}` : styles.box}>
              <input
                type="checkbox"
                className={styles.check}
                tabIndex={-1}
                checked={cell.wanted.includes(unit.key)}
                disabled={locked}
                aria-label={label}
                aria-describedby={cell.problem ? problemId : undefined}
                aria-invalid={cell.problem ? true : undefined}
                onChange={({ target }) => {
                  // Not every web view gives the focus to what the mouse ticks.
                  target.focus();
                  act({ type: 'box', childId: cell.childId, day: cell.day, unit: unit.key, on: target.checked });
                }}
              />
            </label>
          </td>
        );
      })}
      <td className={styles.places}>
        <Standing cell={cell} />
      </td>
      <td className={styles.price}>
        <span className={styles.amount}>
          {cell.problem ? (
            <span className={styles.toMend}>{t('reservations.toMend')}</span>
          ) : cell.cents !== null && cell.wanted.length > 0 ? (
            money(cell.cents, locale)
          ) : (
            '—'
          )}
        </span>
      </td>
    </tr>
  );
});

const pictures = { free: null, confirmed: CircleCheck, waiting: Clock, absent: CircleSlash, toSend: Send } as const;

/** How the day stands at the town's, or what is left of places. */
function Standing({ cell }: { cell: GridCellView }) {
  const { t, locale } = useText();
  if (cell.state !== 'free') {
    const Picture = pictures[cell.state];
    return (
      <span className={`${styles.state} ${styles[cell.state]}`}>
        {Picture && <Picture size="1rem" aria-hidden="true" />}
        {stateWords(cell.state, t)}
      </span>
    );
  }
  if (cell.otherHome.length > 0) return <span className={styles.quiet}>{t('reservations.otherHome')}</span>;
  if (cell.locked) return <span className={styles.quiet}>{lockWords(cell.locked, t, locale)}</span>;
  const few = cell.places.type === 'last';
  const none = cell.places.type === 'full' || cell.places.type === 'waitingList';
  return <span className={none ? styles.none : few ? styles.few : styles.quiet}>{placesWords(cell.places, t)}</span>;
}

function stateWords(state: Exclude<CellStateView, 'free'>, t: ReturnType<typeof useText>['t']): string {
  switch (state) {
    case 'confirmed':
      return t('reservations.cell.confirmed');
    case 'waiting':
      return t('reservations.cell.waiting');
    case 'absent':
      return t('reservations.cell.absent');
    case 'toSend':
      return t('reservations.cell.toSend');
  }
}
