import { type FocusEvent, Fragment, type KeyboardEvent, useCallback, useDeferredValue, useEffect, useRef } from 'react';
import { Hidden } from '../../components/Hidden';
import { useText } from '../../lib/i18n';
import type { GridChildView, GridDayView, GridView, TickRequest } from '../../lib/ipc';
import { BookingRow } from './BookingRow';
import { shortDay, weekdayDay } from './days';
import styles from './Grid.module.css';
import { cellKey, type GridState } from './useGrid';

interface TableProps {
  grid: GridView;
  state: GridState;
  /** One child, or all of them. */
  shown: readonly GridChildView[];
  caption: string;
  act: (request: TickRequest) => void;
}

/** Pixels of a row at least. */
const ROW = 44;

export const problemId = (childId: string, day: string): string => `probleme-${childId}-${day}`;

/** The grid as a table: a row for each day, and in it for each child. Arrows move between boxes, the space bar ticks. */
export function BookingTable({ grid, state, shown, caption, act }: TableProps) {
  const { t, locale } = useText();
  const table = useRef<HTMLTableElement>(null);
  const several = shown.length > 1;
  const columns = grid.units.length + (several ? 4 : 3);
  const follow = useOneTabStop(table);
  // What the window shows at first is drawn at once, the rest of a summer right after it.
  const first = Math.ceil(window.innerHeight / ROW / Math.max(shown.length, 1));
  const days = useDeferredValue(grid.days, grid.days.slice(0, first));
  let week = '';
  return (
    <table ref={table} className={styles.table} onKeyDown={move} onFocus={follow}>
      <caption className={styles.caption}>{caption}</caption>
      <thead className={styles.head}>
        <tr>
          <th scope="col" className={styles.day}>
            {t('reservations.column.day')}
          </th>
          {several && (
            <th scope="col" className={styles.child}>
              {t('reservations.column.child')}
            </th>
          )}
          {grid.units.map((unit) => (
            <th key={unit.key} scope="col" className={styles.unit}>
              <button type="button" className={styles.fill} onClick={() => fill(grid, state, shown, unit.key, act)}>
                <span>{unit.name}</span> {unit.detail && <span className={styles.detail}>{unit.detail}</span>}
                <Hidden>{t('reservations.column.fill')}</Hidden>
              </button>
            </th>
          ))}
          <th scope="col" className={styles.places}>
            {t('reservations.column.places')}
          </th>
          <th scope="col" className={styles.price}>
            {t('reservations.column.price')}
          </th>
        </tr>
      </thead>
      <tbody>
        {days.map((day) => {
          const begins = day.week !== week;
          week = day.week;
          return (
            <Fragment key={day.day}>
              {begins && (
                <tr className={styles.week}>
                  <th scope="rowgroup" colSpan={columns}>
                    {t('reservations.week', { day: shortDay(day.week, locale) })}
                  </th>
                </tr>
              )}
              {day.status.type === 'open' ? (
                shown.map((child, at) => {
                  const cell = state.cells.get(cellKey(child.childId, day.day));
                  return (
                    cell && (
                      <BookingRow
                        key={child.childId}
                        cell={cell}
                        child={child}
                        units={grid.units}
                        named={several}
                        span={at === 0 ? shown.length : null}
                        problemId={problemId(child.childId, day.day)}
                        act={act}
                      />
                    )
                  );
                })
              ) : (
                <ClosedRow day={day} columns={columns} name={weekdayDay(day.day, locale)} />
              )}
            </Fragment>
          );
        })}
      </tbody>
    </table>
  );
}

function ClosedRow({ day, columns, name }: { day: GridDayView; columns: number; name: string }) {
  const { t } = useText();
  if (day.status.type === 'open') return null;
  const why = day.status.type === 'closed' ? day.status.reason : t('reservations.holiday', { name: day.status.name });
  return (
    <tr className={styles.closed}>
      <th scope="row" className={styles.day}>
        {name}
      </th>
      <td colSpan={columns - 1}>{why}</td>
    </tr>
  );
}

/** A column's heading ticks all its boxes; where all are ticked, none. */
function fill(
  grid: GridView,
  state: GridState,
  children: readonly GridChildView[],
  unit: string,
  act: (request: TickRequest) => void,
): void {
  for (const child of children) {
    const cells = grid.days.map((day) => state.cells.get(cellKey(child.childId, day.day)));
    const free = cells.filter((cell) => cell && cell.locked === null);
    const on = !free.every((cell) => cell?.wanted.includes(unit));
    act({ type: 'column', childId: child.childId, unit, on });
  }
}

const boxes = (root: ParentNode): HTMLInputElement[] => [...root.querySelectorAll<HTMLInputElement>('input')];

/**
 * The table is one stop of the tab key: the box that was used last, or the first one that can be ticked. Boxes are drawn as no
 * stop; one is made it here, without looking at the others.
 */
function useOneTabStop(table: React.RefObject<HTMLTableElement | null>) {
  const stop = useRef<HTMLInputElement>(null);
  const become = useCallback((box: HTMLInputElement | null) => {
    if (stop.current) stop.current.tabIndex = -1;
    if (box) box.tabIndex = 0;
    stop.current = box;
  }, []);
  // The box may have left the table, or be one that can no longer be ticked.
  useEffect(() => {
    if (!stop.current?.isConnected || stop.current.disabled)
      become(table.current?.querySelector('input:enabled') ?? null);
  });
  return useCallback(
    ({ target }: FocusEvent<HTMLTableElement>) => {
      if (target instanceof HTMLInputElement) become(target);
    },
    [become],
  );
}

/** To the next box that can be ticked, in the direction of the arrow. */
function move(event: KeyboardEvent<HTMLTableElement>): void {
  const steps: Record<string, readonly [row: number, column: number]> = {
    ArrowUp: [-1, 0],
    ArrowDown: [1, 0],
    ArrowLeft: [0, -1],
    ArrowRight: [0, 1],
  };
  const step = steps[event.key];
  const box = event.target;
  if (!step || !(box instanceof HTMLInputElement)) return;
  const rows = [...event.currentTarget.querySelectorAll('tbody tr')].filter((row) => row.querySelector('input'));
  const row = rows.findIndex((one) => one.contains(box));
  const column = boxes(rows[row] ?? event.currentTarget).indexOf(box);
  let [atRow, atColumn] = [row + step[0], column + step[1]];
  while (rows[atRow]) {
    const line = boxes(rows[atRow] as Element);
    const next = line[atColumn];
    if (!next) break;
    if (!next.disabled) {
      event.preventDefault();
      next.focus();
      return;
    }
    [atRow, atColumn] = [atRow + step[0], atColumn + step[1]];
  }
}
