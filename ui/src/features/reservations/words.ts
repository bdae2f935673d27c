/** What the pages of reservations say of places, verdicts and prices. */
import { moment } from '../../lib/dates';
import type { Locale, Text } from '../../lib/i18n';
import type {
  CellLockView,
  CellProblemView,
  DayVerdictView,
  GridUnitView,
  PeriodStateView,
  PlacesView,
  RefusalView,
} from '../../lib/ipc';
import { money } from '../../lib/money';

/** « Matin, Repas AV » */
export function unitNames(keys: readonly string[], units: readonly GridUnitView[]): string {
  return keys.map((key) => units.find((unit) => unit.key === key)?.name ?? key).join(', ');
}

/** « lundi 19 octobre à 8 h » reads better without its minutes when there are none. */
export const instant = (at: string, locale: Locale): string =>
  moment(at, locale).replace(/\u00a0h\u00a000$/, '\u00a0h');

export function periodWords(state: PeriodStateView, t: Text, locale: Locale): string {
  switch (state.type) {
    case 'before':
      return t('reservations.state.before', { at: instant(state.opensAt, locale) });
    case 'open':
      return t('reservations.state.open', { at: instant(state.closesAt, locale) });
    case 'addingClosed':
      return t('reservations.state.addingClosed');
    case 'readOnly':
      return t('reservations.state.readOnly');
  }
}

export function placesWords(places: PlacesView, t: Text): string {
  switch (places.type) {
    case 'unknown':
      return '';
    case 'available':
      return t('reservations.places.available');
    case 'last':
      return t('reservations.places.last', { count: places.left });
    case 'waitingList':
      return t('reservations.places.waitingList');
    case 'full':
      return t('reservations.places.full');
  }
}

export function lockWords(lock: CellLockView, t: Text, locale: Locale): string {
  switch (lock.type) {
    case 'tooLate':
      return t('reservations.lock.tooLate', { since: instant(lock.since, locale) });
    case 'noGroup':
      return t('reservations.lock.noGroup');
    case 'notRegistered':
      return t('reservations.lock.notRegistered');
    case 'residentsOnly':
      return t('reservations.lock.residentsOnly');
    case 'periodClosed':
      return t('reservations.lock.periodClosed');
  }
}

export function problemWords(
  problem: CellProblemView,
  units: readonly GridUnitView[],
  t: Text,
  locale: Locale,
): string {
  switch (problem.type) {
    case 'relation': {
      if (problem.sentence) return problem.sentence;
      const names = unitNames(problem.units, units);
      return problem.anyOf.length > 0
        ? t('reservations.problem.requires', { units: names, others: unitNames(problem.anyOf, units) })
        : t('reservations.problem.excludes', { units: names });
    }
    case 'tooLate':
      return t('reservations.refusal.tooLate', { since: instant(problem.since, locale) });
    case 'tooLateToReduce':
      return t('reservations.refusal.tooLateToReduce', { since: instant(problem.since, locale) });
    case 'otherHome':
      return t('reservations.refusal.otherHome');
    case 'noPrice':
      return t('reservations.refusal.noPrice');
  }
}

export function verdictWords(verdict: DayVerdictView, units: readonly GridUnitView[], t: Text, locale: Locale): string {
  switch (verdict.type) {
    case 'confirmed':
      return t('reservations.verdict.confirmed');
    case 'waiting':
      return t('reservations.verdict.waiting', { rank: verdict.rank });
    case 'cancelled':
      return t('reservations.verdict.cancelled');
    case 'absent':
      return verdict.cents === 0
        ? t('reservations.verdict.absentFree')
        : t('reservations.verdict.absent', { price: money(verdict.cents, locale) });
    case 'kept':
      return t('reservations.verdict.kept');
    case 'refused':
      return t('reservations.verdict.refused', { why: refusalWords(verdict.why, units, t, locale) });
  }
}

function refusalWords(why: RefusalView, units: readonly GridUnitView[], t: Text, locale: Locale): string {
  switch (why.type) {
    case 'notYours':
      return t('reservations.refusal.notYours');
    case 'notOffered':
      return t('reservations.refusal.notOffered');
    case 'closed':
      return t('reservations.refusal.closed', { reason: why.reason });
    case 'publicHoliday':
      return t('reservations.refusal.publicHoliday');
    case 'notOpenYet':
      return t('reservations.refusal.notOpenYet', { at: instant(why.opensAt, locale) });
    case 'periodClosed':
      return t('reservations.refusal.periodClosed');
    case 'tooLate':
      return t('reservations.refusal.tooLate', { since: instant(why.since, locale) });
    case 'tooLateToReduce':
      return t('reservations.refusal.tooLateToReduce', { since: instant(why.since, locale) });
    case 'residentsOnly':
      return t('reservations.refusal.residentsOnly');
    case 'noGroup':
      return t('reservations.refusal.noGroup');
    case 'notRegistered':
      return t('reservations.refusal.notRegistered');
    case 'units':
      return t('reservations.refusal.units');
    case 'otherHome':
      return t('reservations.refusal.otherHome');
    case 'stale':
      return why.now.length > 0
        ? t('reservations.refusal.stale', { units: unitNames(why.now, units) })
        : t('reservations.refusal.staleNothing');
    case 'repeated':
      return t('reservations.refusal.repeated');
    case 'full':
      return t('reservations.refusal.full');
    case 'priceChanged':
      return t('reservations.refusal.priceChanged', { price: money(why.cents, locale) });
    case 'siblingPriceChanged':
      return t('reservations.refusal.siblingPriceChanged', {
        name: why.firstName ?? '',
        price: money(why.cents, locale),
      });
    case 'noPrice':
      return t('reservations.refusal.noPrice');
    case 'unknown':
      return t('reservations.refusal.unknown');
  }
}
