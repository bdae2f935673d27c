import { useQueryClient } from '@tanstack/react-query';
import { ArrowRight, Copy, RefreshCw, Rows3, Undo2, WifiOff } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useNavigate, useParams, useSearchParams } from 'react-router';
import { Avatar } from '../../components/Avatar';
import { Badge } from '../../components/Badge';
import { Button } from '../../components/Button';
import { FailureNotice } from '../../components/FailureNotice';
import { Hidden } from '../../components/Hidden';
import { Loaded } from '../../components/Loaded';
import { Notice } from '../../components/Notice';
import { Page } from '../../components/Page';
import { PageTitle } from '../../components/PageTitle';
import { nowKnown } from '../../lib/freshness';
import { useText } from '../../lib/i18n';
import { backend, type GridCellView, type GridChildView, type GridView } from '../../lib/ipc';
import { money } from '../../lib/money';
import { spaceKey, useSpace } from '../../lib/session';
import { BookingTable, problemId } from './BookingTable';
import { CopyMenu } from './CopyMenu';
import { weekdayDay } from './days';
import styles from './Grid.module.css';
import { useGrid } from './useGrid';
import { useBookingGrid } from './useReservations';
import { instant, periodWords, problemWords, unitNames } from './words';

/** The booking grid of a period: step 1. */
export function GridPage() {
  const { t } = useText();
  const { periodId = '' } = useParams();
  const grid = useBookingGrid(periodId);
  return (
    <div className={styles.wide}>
      <Page>
        <Loaded query={grid} title={t('reservations.title')}>
          {(view) => <Grid grid={view} />}
        </Loaded>
      </Page>
    </div>
  );
}

const ALL = 'tous';

function Grid({ grid }: { grid: GridView }) {
  const { t, locale } = useText();
  const navigate = useNavigate();
  const { state, act, kept, corrected, failure } = useGrid(grid);
  const [search, setSearch] = useSearchParams();
  const [insist, setInsist] = useState(0);
  const mend = useRef<HTMLParagraphElement>(null);
  const asked = search.get('enfant');
  const one = grid.children.find((child) => child.childId === asked) ?? grid.children[0];
  const children = asked === ALL || !one ? grid.children : [one];
  usePlaces(grid.periodId);
  useUndoKey(() => act({ type: 'undo' }));
  const problems = [...state.cells.values()].filter(({ problem }) => problem !== null);
  const changed = state.totals.changes > 0;

  useEffect(() => {
    if (insist > 0) mend.current?.focus();
  }, [insist]);

  const goOn = async () => {
    await kept();
    if (problems.length > 0) {
      const first = problems[0];
      if (first && !children.some((child) => child.childId === first.childId)) setSearch({ enfant: first.childId });
      setInsist((count) => count + 1);
      return;
    }
    await navigate(`/reservations/${grid.periodId}/etape-2`);
  };
  const title = t('reservations.grid.title', { activity: grid.activityName, period: grid.periodName });
  const total = asked === ALL || !one ? state.totals.cents : centsOf(state.totals.children, one.childId);
  return (
    <>
      <PageTitle>{title}</PageTitle>
      {grid.state.type !== 'open' && <Notice tone="information">{periodWords(grid.state, t, locale)}</Notice>}
      <div className={styles.tools}>
        <Tabs
          grid={grid}
          shown={asked === ALL ? ALL : (one?.childId ?? ALL)}
          show={(id) => setSearch({ enfant: id })}
        />
        <div className={styles.acts}>
          <CopyMenu grid={grid} from={children.length === 1 ? children[0] : undefined} act={act}>
            <Copy size="1.125rem" aria-hidden="true" />
            {t('reservations.copy')}
          </CopyMenu>
          <Button
            busy={!state.canUndo}
            icon={<Undo2 size="1.125rem" aria-hidden="true" />}
            onClick={() => void act({ type: 'undo' })}
          >
            {t('reservations.undo')}
          </Button>
        </div>
      </div>
      <div className={styles.scroll}>
        <BookingTable
          key={children.map((child) => child.childId).join(' ')}
          grid={grid}
          state={state}
          shown={children}
          caption={title}
          act={act}
        />
      </div>
      <Hidden>
        <span aria-live="polite">
          {corrected
            ? t('reservations.corrected', {
                on: unitNames(corrected.on, grid.units) || '–',
                off: unitNames(corrected.off, grid.units) || '–',
              })
            : ''}
        </span>
      </Hidden>
      {failure !== null && <FailureNotice failure={failure} />}
      <Foot grid={grid} />
      <div className={styles.bar}>
        {problems.length > 0 && (
          <div className={styles.faults}>
            <Problems grid={grid} cells={problems} first={mend} />
          </div>
        )}
        <span className={styles.standing}>
          {changed ? (
            <Badge tone="attention" icon={<WifiOff size="1rem" aria-hidden="true" />}>
              {t('reservations.draft')}
            </Badge>
          ) : (
            <span className={styles.quiet}>{t('reservations.noChange')}</span>
          )}
        </span>
        <p className={styles.total}>
          {children.length === 1 && one ? t('reservations.total.of', { name: one.firstName }) : t('reservations.total')}{' '}
          <strong>{money(total, locale)}</strong>
        </p>
        <Button look="primary" onClick={() => void goOn()}>
          {t('reservations.toStep2')}
          <ArrowRight size="1.125rem" aria-hidden="true" />
        </Button>
      </div>
    </>
  );
}

const centsOf = (totals: readonly { childId: string; cents: number }[], childId: string): number =>
  totals.find((total) => total.childId === childId)?.cents ?? 0;

function Tabs({ grid, shown, show }: { grid: GridView; shown: string; show: (id: string) => void }) {
  const { t } = useText();
  if (grid.children.length < 2) return <span />;
  const all = t(grid.children.length === 2 ? 'reservations.tab.both' : 'reservations.tab.all');
  return (
    <fieldset className={styles.tabs} aria-label={t('reservations.tab.label')}>
      {grid.children.map((child) => (
        <button
          key={child.childId}
          type="button"
          className={styles.tab}
          aria-pressed={shown === child.childId}
          onClick={() => show(child.childId)}
        >
          <Avatar initials={child.initials} kind="child" />
          {[child.firstName, child.group].filter(Boolean).join(' · ')}
        </button>
      ))}
      <button type="button" className={styles.tab} aria-pressed={shown === ALL} onClick={() => show(ALL)}>
        <Rows3 size="1.125rem" aria-hidden="true" />
        {all}
      </button>
    </fieldset>
  );
}

/** What is wrong, a sentence for each child and day. */
function Problems({
  grid,
  cells,
  first,
}: {
  grid: GridView;
  cells: readonly GridCellView[];
  first: React.RefObject<HTMLParagraphElement | null>;
}) {
  const { t, locale } = useText();
  const name = (id: string) => grid.children.find((child: GridChildView) => child.childId === id)?.firstName ?? '';
  return (
    <Notice tone="danger">
      {cells.map(
        (cell, at) =>
          cell.problem && (
            <p
              key={`${cell.childId} ${cell.day}`}
              id={problemId(cell.childId, cell.day)}
              ref={at === 0 ? first : undefined}
              tabIndex={-1}
            >
              {t('reservations.problem.of', {
                name: name(cell.childId),
                day: weekdayDay(cell.day, locale),
                sentence: problemWords(cell.problem, grid.units, t, locale),
              })}
            </p>
          ),
      )}
    </Notice>
  );
}

function Foot({ grid }: { grid: GridView }) {
  const { t, locale } = useText();
  const phone = grid.sitePhone;
  return (
    <div className={styles.foot}>
      {grid.notice && (
        <p>
          {grid.notice}
          {phone && (
            <>
              {'\u202f: '}
              <strong>{phone}</strong>
            </>
          )}
          .
        </p>
      )}
      {grid.placesAt && (
        <PlacesAt
          at={grid.placesAt}
          periodId={grid.periodId}
          label={t('reservations.places.refresh')}
          words={t('reservations.places.at', { at: instant(grid.placesAt, locale) })}
        />
      )}
    </div>
  );
}

function PlacesAt({ periodId, label, words }: { at: string; periodId: string; label: string; words: string }) {
  const refresh = usePlacesRefresh(periodId);
  return (
    <p className={styles.placesAt}>
      {words}
      <Button look="quiet" icon={<RefreshCw size="1rem" aria-hidden="true" />} onClick={() => void refresh()}>
        {label}
      </Button>
    </p>
  );
}

function usePlacesRefresh(periodId: string) {
  const client = useQueryClient();
  const { profile } = useSpace();
  return async () => {
    const grid = await backend.bookingPlaces(periodId);
    if (grid) await nowKnown(client, spaceKey(profile.id, 'reservations', 'grid', periodId), grid);
  };
}

/** Asks for the places left when the grid opens; without a network, those last seen stay. */
function usePlaces(periodId: string): void {
  const refresh = usePlacesRefresh(periodId);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each period, not for each drawing.
  useEffect(() => {
    void refresh();
  }, [periodId]);
}

function useUndoKey(undo: () => unknown): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === 'z') {
        event.preventDefault();
        undo();
      }
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  });
}
