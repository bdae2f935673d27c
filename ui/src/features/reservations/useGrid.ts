import { useCallback, useEffect, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import {
  backend,
  type GridCellView,
  type GridTotalsView,
  type GridView,
  type TickedView,
  type TickRequest,
} from '../../lib/ipc';

export const cellKey = (childId: string, day: string): string => `${childId} ${day}`;

/** What the grid shows now. */
export interface GridState {
  cells: ReadonlyMap<string, GridCellView>;
  totals: GridTotalsView;
  canUndo: boolean;
}

type BoxRequest = Extract<TickRequest, { type: 'box' }>;

const stateOf = (grid: GridView): GridState => ({
  cells: new Map(grid.cells.map((cell) => [cellKey(cell.childId, cell.day), cell])),
  totals: grid.totals,
  canUndo: grid.canUndo,
});

/** A box ticked here, before the client has said what comes of it. */
function ticked(cells: ReadonlyMap<string, GridCellView>, request: BoxRequest): ReadonlyMap<string, GridCellView> {
  const key = cellKey(request.childId, request.day);
  const cell = cells.get(key);
  if (!cell) return cells;
  const others = cell.wanted.filter((unit) => unit !== request.unit);
  return new Map(cells).set(key, { ...cell, wanted: request.on ? [...others, request.unit] : others });
}

/** What the client answered to a request, under what was ticked since. */
function answered(now: GridState, said: TickedView, later: readonly TickRequest[]): GridState {
  const known = new Map(now.cells);
  for (const cell of said.cells) known.set(cellKey(cell.childId, cell.day), cell);
  let cells: ReadonlyMap<string, GridCellView> = known;
  for (const request of later) if (request.type === 'box') cells = ticked(cells, request);
  return { cells, totals: said.totals, canUndo: said.canUndo };
}

/**
 * The grid of a period. A tick shows at once; what it costs and what is wrong with it follow. Requests go one after the
 * other, and an answer never takes back what was ticked since.
 */
export function useGrid(grid: GridView) {
  const [state, setState] = useState(() => stateOf(grid));
  const [answer, setAnswer] = useState<TickedView | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const waiting = useRef<TickRequest[]>([]);
  const line = useRef<Promise<void>>(Promise.resolve());

  // Read anew: somebody else's change, or places left.
  useEffect(() => {
    if (waiting.current.length === 0) setState(stateOf(grid));
  }, [grid]);

  const act = useCallback(
    (request: TickRequest) => {
      waiting.current.push(request);
      if (request.type === 'box') setState((now) => ({ ...now, cells: ticked(now.cells, request) }));
      const send = async () => {
        let said: TickedView;
        try {
          said = await backend.bookingTick(grid.periodId, request);
        } catch (error) {
          waiting.current.shift();
          setFailure(error);
          setState(stateOf(await backend.bookingGrid(grid.periodId)));
          return;
        }
        waiting.current.shift();
        // In the page at once, for the next frame: React would first ask the engine for a turn.
        flushSync(() => {
          setAnswer(said);
          setFailure(null);
          setState((now) => answered(now, said, waiting.current));
        });
      };
      line.current = line.current.then(send, send);
      return line.current;
    },
    [grid.periodId],
  );

  /** Until everything ticked is kept. */
  const kept = useCallback(() => line.current, []);

  return { state, act, kept, corrected: answer?.corrected ?? null, failure };
}
