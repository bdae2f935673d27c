import type { Text } from '../../lib/i18n';
import { useText } from '../../lib/i18n';
import type { AgendaDayView, AgendaStateView, AgendaView } from '../../lib/ipc';
import styles from './Agenda.module.css';
import { addDays, weekdayDay, weekdayNames, weeksOf } from './days';
import { unitNames } from './words';

interface ViewProps {
  agenda: AgendaView;
  choose: (day: AgendaDayView) => void;
}

/** A square whose shape says what its colour says. */
function Square({ day }: { day: Pick<AgendaDayView, 'state' | 'otherHome'> }) {
  const look = day.otherHome ? styles.otherHome : styles[day.state];
  return <span className={`${styles.square} ${look}`} aria-hidden="true" />;
}

/** Where a child stands on a day that it waits for, if the town said so. */
export function rankOf(day: AgendaDayView, ranks: ReadonlyMap<string, number>): number | undefined {
  return day.state === 'waiting' && !day.otherHome ? ranks.get(day.day) : undefined;
}

export function stateWords(day: Pick<AgendaDayView, 'state' | 'otherHome'>, t: Text, rank?: number): string {
  if (day.otherHome) return t('reservations.otherHome');
  if (rank !== undefined) return t('reservations.agenda.rank', { rank });
  const words: Record<AgendaStateView, () => string> = {
    confirmed: () => t('reservations.cell.confirmed'),
    waiting: () => t('reservations.cell.waiting'),
    toSend: () => t('reservations.cell.toSend'),
    refused: () => t('reservations.cell.refused'),
    absent: () => t('reservations.cell.absent'),
    closed: () => t('reservations.cell.closed'),
  };
  return words[day.state]();
}

export function AgendaMonth({ agenda, month, choose }: ViewProps & { month: string }) {
  const { t, locale } = useText();
  return (
    <table className={styles.grid}>
      <caption className={styles.caption}>{t('reservations.agenda.of', { name: agenda.firstName })}</caption>
      <thead>
        <tr>
          {weekdayNames(locale, 'short').map((name, at) => (
            <th key={name} scope="col" abbr={weekdayNames(locale, 'long')[at]}>
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {weeksOf(month).map((monday) => (
          <tr key={monday}>
            {[0, 1, 2, 3, 4, 5, 6].map((offset) => {
              const day = addDays(monday, offset);
              return <Cell key={day} agenda={agenda} day={day} dim={!day.startsWith(month)} choose={choose} />;
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function AgendaWeek({ agenda, monday, choose }: ViewProps & { monday: string }) {
  const { t, locale } = useText();
  return (
    <table className={`${styles.grid} ${styles.oneWeek}`}>
      <caption className={styles.caption}>{t('reservations.agenda.of', { name: agenda.firstName })}</caption>
      <thead>
        <tr>
          {weekdayNames(locale, 'long').map((name) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        <tr>
          {[0, 1, 2, 3, 4, 5, 6].map((offset) => {
            const day = addDays(monday, offset);
            return <Cell key={day} agenda={agenda} day={day} dim={false} choose={choose} words />;
          })}
        </tr>
      </tbody>
    </table>
  );
}

interface CellProps extends ViewProps {
  day: string;
  dim: boolean;
  words?: boolean;
}

function Cell({ agenda, day, dim, choose, words }: CellProps) {
  const { t, locale } = useText();
  const booked = agenda.days.filter((one) => one.day === day);
  const closed = agenda.closed.find((one) => one.day === day);
  const why =
    closed?.status.type === 'closed'
      ? closed.status.reason
      : closed?.status.type === 'publicHoliday'
        ? closed.status.name
        : null;
  const look = [
    styles.date,
    dim ? styles.dim : '',
    day === agenda.today ? styles.today : '',
    why ? styles.hatched : '',
  ];
  return (
    <td className={look.join(' ')} aria-current={day === agenda.today ? 'date' : undefined}>
      <span className={styles.number}>{Number(day.slice(8))}</span>
      {why && <span className={styles.reason}>{why}</span>}
      {booked.map((one) => {
        const units = unitNames(one.units, agenda.units);
        const label = `${weekdayDay(day, locale)} : ${stateWords(one, t)}, ${units}`;
        return (
          <button
            key={`${one.state}-${one.otherHome}-${units}`}
            type="button"
            className={styles.press}
            aria-label={label}
            onClick={() => choose(one)}
          >
            <Square day={one} />
            {words && <span className={styles.units}>{units}</span>}
          </button>
        );
      })}
    </td>
  );
}

export function AgendaList({ agenda, ranks, choose }: ViewProps & { ranks: ReadonlyMap<string, number> }) {
  const { t, locale } = useText();
  if (agenda.days.length === 0) return <p>{t('reservations.agenda.none')}</p>;
  return (
    <table className={styles.list}>
      <caption className={styles.caption}>{t('reservations.agenda.of', { name: agenda.firstName })}</caption>
      <thead>
        <tr>
          <th scope="col">{t('reservations.column.day')}</th>
          <th scope="col">{t('reservations.agenda.what')}</th>
          <th scope="col">{t('reservations.agenda.state')}</th>
        </tr>
      </thead>
      <tbody>
        {agenda.days.map((one) => (
          <tr key={`${one.day}-${one.state}-${one.otherHome}-${one.units.join()}`}>
            <th scope="row">
              <button type="button" className={styles.link} onClick={() => choose(one)}>
                {weekdayDay(one.day, locale)}
              </button>
            </th>
            <td>{unitNames(one.units, agenda.units)}</td>
            <td>
              <span className={styles.standing}>
                <Square day={one} />
                {stateWords(one, t, rankOf(one, ranks))}
              </span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const shown: readonly AgendaStateView[] = ['confirmed', 'waiting', 'toSend', 'refused', 'absent', 'closed'];

/** What each square means. */
export function Legend() {
  const { t } = useText();
  const entries = [
    ...shown.map((state) => ({ state, otherHome: false })),
    { state: shown[0] ?? 'confirmed', otherHome: true },
  ];
  return (
    <ul className={styles.legend} aria-label={t('reservations.agenda.legend')}>
      {entries.map((entry) => (
        <li key={`${entry.state}-${entry.otherHome}`} className={styles.standing}>
          <Square day={entry} />
          {stateWords(entry, t)}
        </li>
      ))}
    </ul>
  );
}
