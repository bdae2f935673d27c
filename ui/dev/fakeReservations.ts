/** Days of two children, near enough to look at. The client's own rules are in Rust. */
import type * as Contract from '../src/bindings';

const units: Contract.GridUnitView[] = [
  { key: 'morning', name: 'Matin', detail: null },
  { key: 'meal_with_meat', name: 'Repas AV', detail: 'avec viande' },
  { key: 'meal_without_meat', name: 'Repas SV', detail: 'sans viande' },
  { key: 'afternoon', name: 'Après-midi', detail: null },
];
const meals = ['meal_with_meat', 'meal_without_meat'];
const mealAlone =
  'Un repas AV (avec viande) ou SV (sans viande) se réserve avec le matin ou l’après-midi. Ajoutez une demi-journée ou retirez le repas.';

const children: Contract.GridChildView[] = [
  { childId: 'leo', firstName: 'Léo', initials: 'LM', group: '6-11 ans' },
  { childId: 'ines', firstName: 'Inès', initials: 'IM', group: '3-5 ans' },
];

const day = (date: string, week: string, status: Contract.GridDayStatusView = { type: 'open' }) => ({
  day: date,
  week,
  status,
});
const days: Contract.GridDayView[] = [
  ...['19', '20', '21', '22', '23'].map((date) => day(`2026-10-${date}`, '2026-10-19')),
  day('2026-10-26', '2026-10-26'),
  day('2026-10-27', '2026-10-26', { type: 'closed', reason: 'Centre fermé : réunion des équipes' }),
  ...['28', '29', '30'].map((date) => day(`2026-10-${date}`, '2026-10-26')),
];
const open = days.filter(({ status }) => status.type === 'open');

function problem(wanted: readonly string[]): Contract.CellProblemView | null {
  const meal = wanted.some((unit) => meals.includes(unit));
  const half = wanted.includes('morning') || wanted.includes('afternoon');
  if (!meal || half) return null;
  return { type: 'relation', sentence: mealAlone, units: meals, anyOf: ['morning', 'afternoon'] };
}

function cents(wanted: readonly string[]): number | null {
  if (wanted.length === 0 || problem(wanted)) return null;
  const whole = wanted.includes('morning') && wanted.includes('afternoon');
  const meal = wanted.some((unit) => meals.includes(unit));
  return whole ? (meal ? 1286 : 1000) : meal ? 994 : 708;
}

const key = (childId: string, date: string): string => `${childId} ${date}`;

export class FakeReservations {
  state: Contract.PeriodStateView = { type: 'open', closesAt: '2026-10-12T22:00:00Z' };
  /** By child and day. */
  wanted = new Map<string, string[]>();
  booked = new Map<string, string[]>();
  cellStates = new Map<string, Contract.CellStateView>();
  locked: Contract.CellLockView | null = null;
  otherHome = new Map<string, string[]>();
  places: Contract.PlacesView = { type: 'available' };
  online = true;
  sent: Contract.ReceiptView[] = [];
  /** What the town makes of a day. */
  verdict: (wanted: readonly string[]) => Contract.DayVerdictView | null = (wanted) =>
    wanted.length === 0 ? { type: 'cancelled' } : { type: 'confirmed', cents: cents(wanted) ?? 0 };
  agendaDays: Contract.AgendaDayView[] | null = null;
  private steps: Map<string, string[]>[] = [];

  lines(): Contract.BookingLinesView {
    const count = (of: Map<string, string[]>, id: string) =>
      [...of].filter(([place, list]) => place.startsWith(id) && list.length > 0).length;
    return {
      lines: children.map((child) => ({
        childId: child.childId,
        childFirstName: child.firstName,
        childInitials: child.initials,
        activityId: 'alsh',
        activityName: 'ALSH des vacances',
        obstacle: null,
        periods: [
          {
            periodId: 'toussaint',
            name: 'Vacances de la Toussaint',
            firstDay: '2026-10-19',
            lastDay: '2026-10-30',
            state: this.state,
            booked: count(this.booked, child.childId),
            ticked: count(this.wanted, child.childId),
          },
        ],
      })),
    };
  }

  private at(childId: string, date: string): string[] {
    return this.wanted.get(key(childId, date)) ?? this.booked.get(key(childId, date)) ?? [];
  }

  private cell(childId: string, date: string): Contract.GridCellView {
    const wanted = this.at(childId, date);
    const few = date === '2026-10-21';
    const full = date === '2026-10-22';
    return {
      childId,
      day: date,
      wanted,
      booked: this.booked.get(key(childId, date)) ?? [],
      state: this.cellStates.get(key(childId, date)) ?? 'free',
      otherHome: this.otherHome.get(key(childId, date)) ?? [],
      locked: this.locked,
      problem: problem(wanted),
      cents: cents(wanted),
      places: full ? { type: 'waitingList' } : few ? { type: 'last', left: 3 } : this.places,
    };
  }

  private cells(): Contract.GridCellView[] {
    return open.flatMap((one) => children.map((child) => this.cell(child.childId, one.day)));
  }

  private totals(): Contract.GridTotalsView {
    const cells = this.cells();
    const of = (id: string) =>
      cells.filter(({ childId }) => childId === id).reduce((sum, cell) => sum + (cell.cents ?? 0), 0);
    const totals = children.map(({ childId }) => ({ childId, cents: of(childId) }));
    return {
      children: totals,
      cents: totals.reduce((sum, total) => sum + total.cents, 0),
      changes: cells.filter((cell) => cell.wanted.join() !== cell.booked.join()).length,
      problems: cells.filter((cell) => cell.problem).length,
    };
  }

  grid(): Contract.GridView {
    return {
      activityName: 'ALSH des vacances',
      periodId: 'toussaint',
      periodName: 'Vacances de la Toussaint',
      state: this.state,
      units,
      notice: "Pour les sorties, merci de vous inscrire auprès de l'accueil périscolaire de votre enfant",
      sitePhone: '05 36 49 01 12',
      children,
      days,
      cells: this.cells(),
      placesAt: this.online ? '2026-10-01T06:02:00Z' : null,
      totals: this.totals(),
      canUndo: this.steps.length > 0,
    };
  }

  tick(request: Contract.TickRequest): Contract.TickedView {
    const before = new Map(this.wanted);
    let corrected: Contract.CorrectionView | null = null;
    const set = (childId: string, date: string, list: string[]) => this.wanted.set(key(childId, date), list);
    const ticked = (list: readonly string[], unit: string, on: boolean) => {
      const others = list.filter((one) => one !== unit && !(on && meals.includes(unit) && meals.includes(one)));
      const off = list.filter((one) => one !== unit && !others.includes(one));
      if (off.length > 0) corrected = { on: [], off };
      const all = on ? [...others, unit] : others;
      return units.map((one) => one.key).filter((one) => all.includes(one));
    };
    switch (request.type) {
      case 'box':
        set(request.childId, request.day, ticked(this.at(request.childId, request.day), request.unit, request.on));
        break;
      case 'column':
        for (const one of open)
          set(request.childId, one.day, ticked(this.at(request.childId, one.day), request.unit, request.on));
        break;
      case 'repeatWeek':
        for (const one of open) {
          const same = open.find(
            (other) => other.week === request.week && new Date(other.day).getUTCDay() === new Date(one.day).getUTCDay(),
          );
          if (same && one.week !== request.week) set(request.childId, one.day, this.at(request.childId, same.day));
        }
        break;
      case 'copyTo':
        for (const one of open) set(request.to, one.day, this.at(request.childId, one.day));
        break;
      case 'undo':
        this.wanted = this.steps.pop() ?? this.wanted;
        return { cells: this.cells(), totals: this.totals(), canUndo: this.steps.length > 0, corrected: null };
    }
    this.steps.push(before);
    return { cells: this.cells(), totals: this.totals(), canUndo: true, corrected };
  }

  tickAgain(receiptId: string): Contract.TickedView {
    this.steps.push(new Map(this.wanted));
    const receipt = this.sent.find(({ id }) => id === receiptId);
    for (const line of receipt?.lines ?? []) {
      if (line.verdict?.type === 'refused') this.wanted.set(key(line.childId, line.day), line.new);
    }
    return { cells: this.cells(), totals: this.totals(), canUndo: true, corrected: null };
  }

  private asked(): { childId: string; date: string; wanted: string[] }[] {
    const places = open.flatMap((one) => children.map((child) => ({ childId: child.childId, date: one.day })));
    return places
      .map((place) => ({ ...place, wanted: this.at(place.childId, place.date) }))
      .filter(({ childId, date, wanted }) => wanted.join() !== (this.booked.get(key(childId, date)) ?? []).join());
  }

  review(): Contract.ReviewView {
    const of = (childId: string): Contract.ReviewDayView[] =>
      this.asked()
        .filter((one) => one.childId === childId)
        .map(({ date, wanted }) => ({
          day: date,
          old: this.booked.get(key(childId, date)) ?? [],
          new: wanted,
          forecast: this.verdict(wanted) ?? { type: 'kept' },
          price: wanted.length > 0 ? price(wanted) : null,
          cancelUntil: '2026-10-12T21:59:00Z',
        }));
    const views = children
      .map((child) => ({ childId: child.childId, firstName: child.firstName, days: of(child.childId) }))
      .filter((child) => child.days.length > 0)
      .map((child) => ({ ...child, cents: child.days.reduce((sum, one) => sum + (one.price?.cents ?? 0), 0) }));
    return {
      activityName: 'ALSH des vacances',
      periodName: 'Vacances de la Toussaint',
      state: this.state,
      units,
      children: views,
      cents: views.reduce((sum, child) => sum + child.cents, 0),
      problems: this.totals().problems,
    };
  }

  validate(): Contract.ValidatedView {
    if (this.state.type === 'before') return { type: 'notOpenYet', opensAt: this.state.opensAt };
    const asked = this.asked();
    if (asked.length === 0) return { type: 'nothingChanges' };
    const receipt: Contract.ReceiptView = {
      id: `recu-${this.sent.length + 1}`,
      number: 'K7M3-9QXT-4F2P',
      at: this.online ? '2026-10-01T06:03:00Z' : null,
      since: this.online ? null : '2026-10-01T06:03:00Z',
      sent: this.online,
      by: this.online ? 'Claire Martel' : null,
      seal: this.online ? '3M7Q-0V2C-TT8K-R5HD' : null,
      activityName: 'ALSH des vacances',
      periodName: 'Vacances de la Toussaint',
      periodId: 'toussaint',
      units,
      lines: asked.map(({ childId, date, wanted }) => ({
        childId,
        firstName: children.find((child) => child.childId === childId)?.firstName ?? '',
        day: date,
        old: this.booked.get(key(childId, date)) ?? [],
        new: wanted,
        verdict: this.online ? this.verdict(wanted) : null,
      })),
    };
    for (const { childId, date, wanted } of asked) {
      if (this.online && this.verdict(wanted)?.type === 'refused') continue;
      this.booked.set(key(childId, date), wanted);
      this.cellStates.set(key(childId, date), this.online ? 'confirmed' : 'toSend');
    }
    this.wanted.clear();
    this.steps = [];
    this.sent.unshift(receipt);
    return { type: 'receipts', receipts: [receipt] };
  }

  agenda(): Contract.AgendaView {
    const one = (date: string, state: Contract.AgendaStateView, more: Partial<Contract.AgendaDayView> = {}) => ({
      day: date,
      units: ['morning', 'meal_with_meat', 'afternoon'],
      state,
      otherHome: false,
      periodId: 'toussaint',
      price: price(['morning', 'meal_with_meat', 'afternoon']),
      cancelUntil: '2026-10-12T21:59:00Z',
      late: false,
      canGiveUp: true,
      ...more,
    });
    const late = { late: true, cancelUntil: null };
    const over = { canGiveUp: false, cancelUntil: null };
    return {
      childId: 'leo',
      firstName: 'Léo',
      activityId: 'alsh',
      activityName: 'ALSH des vacances',
      units,
      today: '2026-10-05',
      closed: days.filter(({ status }) => status.type !== 'open'),
      days: this.agendaDays ?? [
        one('2026-10-19', 'confirmed', late),
        one('2026-10-20', 'confirmed'),
        one('2026-10-21', 'waiting'),
        one('2026-10-22', 'toSend', over),
        one('2026-10-23', 'refused', over),
        one('2026-10-26', 'absent', over),
        one('2026-10-28', 'confirmed', { ...over, otherHome: true, price: null }),
      ],
    };
  }
}

function price(wanted: readonly string[]): Contract.PriceView {
  const total = cents(wanted) ?? 0;
  return {
    cents: total,
    tariff: 'ALSH 2026-2027',
    quotient: 1100,
    noProof: false,
    bandFrom: 1001,
    bandTo: 1250,
    parts: [{ name: 'Journée avec repas', cents: total }],
    adjustments: [],
  };
}
