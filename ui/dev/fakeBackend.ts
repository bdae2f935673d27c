/**
 * A client that answers from memory, for looking at the interface in a browser and for its tests. It speaks the bridge's
 * commands and events and knows just enough of the rules to walk every journey. Never part of the application.
 */
import { emit } from '@tauri-apps/api/event';
import { mockIPC } from '@tauri-apps/api/mocks';
import type * as Contract from '../src/bindings';
import * as accounts from './fakeAccounts';
import { changeDetails } from './fakeDetails';
import { FakeReservations } from './fakeReservations';
import * as sample from './sampleData';

type Answers = { [Name in keyof typeof Contract.commands]: Awaited<ReturnType<(typeof Contract.commands)[Name]>> };
type Args = Record<string, unknown>;

const fail = (code: Contract.FailureCode, more: Partial<Contract.Failure> = {}): Contract.Failure => ({
  code,
  retryAfter: null,
  requestId: null,
  ...more,
});

function refuse(code: Contract.FailureCode): never {
  throw fail(code);
}

export class FakeBackend {
  /** Days of the children. */
  readonly days = new FakeReservations();
  session: Contract.SessionView = { type: 'signedOut', profiles: [], keychainAvailable: true };
  preferences: Required<Contract.Preferences> = {
    language: 'fr',
    theme: 'system',
    textSize: 100,
    spacing: false,
    typeface: 'figtree',
  };
  /** The kiosk whose session the window is. */
  kiosk: Contract.KioskView | null = null;
  status: Contract.SyncStatusView = { ...sample.upToDate };
  details: Contract.DetailsView = {
    address: sample.homeAddress,
    adults: sample.adults,
    waiting: [],
    settled: [],
    addressByHand: true,
    phonesByHand: false,
  };
  todo: Contract.TodoView[] = [];
  outbox: Contract.OutboxItemView[] = [];
  answered: Contract.OutboxItemView[] = [];
  account: Contract.AccountView = { ...accounts.account };
  devices: Contract.DeviceView[] = accounts.devices();
  coHolder: Contract.CoHolderView = { type: 'active', name: 'Karim Daoud' };
  notices: Contract.SecurityNoticeView[] = [];
  /** The PIN of the space, as the fake alone knows it. */
  pin: string | null = null;
  /** The text of the link that opened the application. */
  invitation: string | null = null;
  /** Commands that fail, and with what. */
  failures: Partial<Record<keyof typeof Contract.commands, Contract.Failure>> = {};
  /** What was asked, in order. */
  calls: { command: string; args: Args }[] = [];

  /** Answers that are on their way until released, as they were when asked. */
  private readonly held = new Map<string, Promise<void>>();

  /** The next answer of the command arrives only once the result is called. */
  hold(command: keyof typeof Contract.commands): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.held.set(command, promise);
    return resolve;
  }

  failWith(
    command: keyof typeof Contract.commands,
    code: Contract.FailureCode,
    more?: Partial<Contract.Failure>,
  ): this {
    this.failures[command] = fail(code, more);
    return this;
  }

  open(more: Partial<Extract<Contract.SessionView, { type: 'open' }>> = {}): this {
    this.session = {
      type: 'open',
      profile: sample.profile,
      commune: sample.parempuyre,
      others: [],
      signInAgain: false,
      pin: null,
      ...more,
    };
    return this;
  }

  /** Behind its PIN. */
  lock(more: Partial<Extract<Contract.SessionView, { type: 'locked' }>> = {}): this {
    this.pin ??= accounts.fakePin;
    this.session = {
      type: 'locked',
      profile: sample.profile,
      commune: sample.parempuyre,
      triesLeft: 5,
      pending: this.status.pending,
      ...more,
    };
    return this;
  }

  atKiosk(outOfOrder: Contract.OutOfOrderView | null = null): this {
    const { slug, name, accent, contact } = sample.parempuyre;
    this.kiosk = { commune: { slug, name, accent, contact }, outOfOrder };
    if (this.session.type === 'open') this.open({ profile: { ...sample.profile, protection: 'memoryOnly' } });
    else this.session = { type: 'signedOut', profiles: [], keychainAvailable: false };
    return this;
  }

  goOffline(): this {
    this.status = { ...this.status, state: 'offline', trouble: 'unreachable' };
    return this;
  }

  readonly answers: { [Name in keyof Answers]: (args: Args) => Answers[Name] } = {
    session: () => this.session,
    findTowns: ({ text }) => {
      const plain = (name: string) => name.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
      return sample.towns.filter(({ name }) => plain(name).startsWith(plain(String(text))));
    },
    connectTown: ({ slug }) => {
      if (slug !== sample.parempuyre.slug) throw fail('unreachable');
      return sample.parempuyre;
    },
    readInvitation: ({ text }) => {
      if (!String(text).startsWith('preau://')) throw fail('notAnInvitation');
      const identifiant = 'MARTEL-4821';
      if (String(text).includes('evil')) throw fail('foreignInvitation');
      if (String(text).includes('ailleurs')) return { type: 'unlisted', host: 'preau.ailleurs.example', identifiant };
      return { type: 'listed', slug: sample.parempuyre.slug, identifiant };
    },
    connectInvited: () => sample.parempuyre,
    signIn: ({ request }) => this.signIn(request as Contract.SignInRequest),
    checkPersonalCode: ({ code }) => {
      const text = String(code);
      const kinds = [/\p{Ll}/u, /\p{Lu}/u, /\d/, /[^\p{L}\d]/u].filter((kind) => kind.test(text)).length;
      return {
        longEnough: text.length >= 8 && text.length <= 128,
        variedEnough: kinds >= 3,
        withoutIdentifiant: !text.toLowerCase().includes('martel'),
      };
    },
    setPersonalCode: ({ code }) => {
      const check = this.answers.checkPersonalCode({ code });
      if (!check.longEnough || !check.variedEnough || !check.withoutIdentifiant) throw fail('codeRefused');
      return this.open().session;
    },
    openedInvitation: () => {
      const text = this.invitation;
      this.invitation = null;
      return text;
    },
    signOut: () => this.answers.closeProfile({}),
    openProfile: ({ id, passphrase }) => {
      if (id === sample.lockedProfile.id && passphrase !== 'les tilleuls en fleur') throw fail('wrongPassphrase');
      return this.open().session;
    },
    closeProfile: () => {
      if (
        this.session.type === 'locked' &&
        this.session.profile.protection === 'memoryOnly' &&
        this.session.pending > 0
      )
        throw fail('requestsWait');
      this.session = { type: 'signedOut', profiles: [sample.profile], keychainAvailable: true };
      return this.session;
    },
    forgetProfile: ({ id }) => {
      if (this.session.type === 'signedOut') {
        this.session = { ...this.session, profiles: this.session.profiles.filter((known) => known.id !== id) };
      }
      return this.session;
    },
    account: () => ({ ...this.account, unreadNotices: this.notices.filter(({ read }) => !read).length }),
    changeIdentifiant: () => this.session,
    changeCode: ({ current }) => {
      this.prove(current);
      return this.session;
    },
    signInAgain: ({ code }) => {
      if (code !== accounts.fakeCode) throw fail('signInRefused');
      if (this.session.type === 'locked') this.pin = null;
      return this.opened();
    },
    askLostCode: () => null,
    choosePin: ({ request }) => {
      const { current, pin, idleMinutes } = request as Contract.ChoosePinRequest;
      if (this.pin !== null && current !== this.pin) throw fail('wrongPin');
      if (/^(0000|1234)$/.test(pin)) throw fail('pinRefused');
      this.pin = pin;
      return this.withPin(idleMinutes);
    },
    setIdleMinutes: ({ idleMinutes }) => this.withPin(Number(idleMinutes)),
    removePin: ({ current }) => {
      if (current !== this.pin) throw fail('wrongPin');
      this.pin = null;
      return this.opened();
    },
    lockNow: () => (this.pin === null ? this.session : this.lock().session),
    unlock: ({ pin }) => {
      if (this.session.type !== 'locked') return this.session;
      if (pin === this.pin) return this.withPin(5);
      const triesLeft = this.session.triesLeft - 1;
      this.session = { ...this.session, triesLeft };
      void emit('session-changed', null);
      throw fail(triesLeft === 0 ? 'pinSpent' : 'wrongPin');
    },
    bookingLines: () => this.days.lines(),
    bookingGrid: () => this.days.grid(),
    bookingTick: ({ request }) => this.days.tick(request as Contract.TickRequest),
    bookingTickAgain: ({ receiptId }) => this.days.tickAgain(String(receiptId)),
    bookingPlaces: () => (this.days.online ? this.days.grid() : null),
    bookingReview: () => this.days.review(),
    bookingValidate: () => this.days.validate(),
    giveUpDay: () => ({ type: 'nothingChanges' }),
    receipts: () => this.days.sent,
    receipt: ({ id }) => this.days.sent.find((receipt) => receipt.id === id) ?? refuse('notFound'),
    childRegistrations: () => [
      {
        activityId: 'alsh',
        activityName: 'ALSH des vacances',
        from: '2026-09-01',
        to: '2027-08-31',
        state: 'accepted',
        reason: null,
      },
    ],
    agenda: () => this.days.agenda(),
    agendaRanks: () => (this.days.online ? [{ day: '2026-10-21', rank: 2 }] : []),
    saveAgenda: () => ({ name: 'Léo-ALSH-des-vacances.ics', folder: '/home/claire/Téléchargements' }),
    printPage: () => null,
    noteUse: () => null,
    devices: () => this.devices,
    letDeviceGo: ({ id }) => {
      this.devices = this.devices.filter((device) => device.id !== id);
      return this.devices;
    },
    coHolder: () => this.coHolder,
    inviteCoHolder: ({ form }) => {
      const { code, firstName, lastName, email } = form as Contract.InviteCoHolderForm;
      this.prove(code);
      const expiresAt = '2026-11-02T07:00:00Z';
      this.coHolder = { type: 'invited', firstName, lastName, email, expiresAt, undelivered: false };
      return this.coHolder;
    },
    removeCoHolder: ({ code }) => {
      this.prove(code);
      this.coHolder = { type: 'none' };
      return this.coHolder;
    },
    securityNotices: () => this.notices,
    acknowledgeNotice: ({ id }) => {
      this.notices = this.notices.map((notice) => (notice.id === id ? { ...notice, read: true } : notice));
      return this.notices;
    },
    home: () => ({
      firstName: 'Claire',
      welcome: sample.parempuyre.welcome,
      adults: this.account.otherAdult === null ? [sample.claire] : [sample.claire, sample.karim],
      children: [sample.leo, sample.ines],
      contacts: [sample.jeanne, sample.samir],
      todo: this.todo,
      detailsToSend: this.details.waiting.filter(({ state }) => state.type === 'toSend').length,
      detailsWaiting: this.details.waiting.filter(({ state }) => state.type !== 'toSend').length,
    }),
    person: ({ id }) => {
      const found = sample.people().find(({ line }) => line.id === id);
      if (!found) throw fail('notFound');
      return found;
    },
    details: () => this.details,
    previewDetails: ({ request }) => changeDetails(this.details, request as Contract.ChangeDetailsRequest, false),
    changeDetails: ({ request }) => {
      const answer = changeDetails(this.details, request as Contract.ChangeDetailsRequest, true);
      if (answer.type === 'changes') this.keep(answer.changes);
      return answer;
    },
    suggestAddresses: ({ text }) => {
      if (this.status.state === 'offline') throw fail('offline');
      return String(text).startsWith('12') ? sample.suggestions : [];
    },
    syncStatus: () => this.status,
    syncCenter: () => ({ status: this.status, waiting: this.outbox, answered: this.answered }),
    syncNow: () => this.status,
    giveUp: ({ opId }) => {
      this.outbox = this.outbox.filter((item) => item.opId !== opId);
      const waiting = this.details.waiting.map((change) =>
        change.id === opId ? { ...change, giveUp: 'asked' as const } : change,
      );
      this.details = { ...this.details, waiting };
      this.status = { ...this.status, pending: this.outbox.length };
      return this.answers.syncCenter({});
    },
    acknowledgeRefusal: ({ opId }) => {
      const item = this.outbox.find((known) => known.opId === opId);
      this.outbox = this.outbox.filter((known) => known.opId !== opId);
      const changed = item?.changed ? { ...item.changed, seen: true } : null;
      if (item) this.answered = [{ ...item, canGiveUp: false, canRetry: false, changed }, ...this.answered];
      this.status = { ...this.status, state: 'upToDate', refused: 0, changed: 0 };
      return this.answers.syncCenter({});
    },
    kiosk: () => this.kiosk,
    kioskSignal: () => null,
    endKioskSession: () => null,
    leaveKiosk: ({ code }) => {
      if (code !== 'Sortie-33290') throw fail('wrongCode');
      return null;
    },
    startKiosk: ({ request }) => {
      if ((request as Contract.StartKioskRequest).secondFactor !== '492817') throw fail('signInRefused');
      return null;
    },
    restart: () => null,
    closeQuestionShown: () => null,
    closeWindow: () => null,
    setNotificationWords: () => null,
    preferences: () => this.preferences,
    setPreferences: ({ preferences }) => {
      this.preferences = preferences as Required<Contract.Preferences>;
      return this.preferences;
    },
  };

  handle(command: string, args: Args): unknown {
    const name = command.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()) as keyof Answers;
    this.calls.push({ command: name, args });
    const failure = this.failures[name];
    if (failure) throw failure;
    const answer = this.answers[name];
    if (!answer) throw new Error(`no such command: ${command}`);
    const said = structuredClone(answer(args));
    const held = this.held.get(name);
    this.held.delete(name);
    return held ? held.then(() => said) : said;
  }

  private prove(code: unknown): void {
    if (code !== accounts.fakeCode) throw fail('wrongCode');
  }

  private opened(): Contract.SessionView {
    return this.open({ signInAgain: false }).session;
  }

  private withPin(idleMinutes: number): Contract.SessionView {
    return this.open({ pin: { idleMinutes } }).session;
  }

  private signIn({ code, identifiant, keep }: Contract.SignInRequest): Contract.SessionView {
    if (code === 'mauvais') throw fail('signInRefused');
    if (code.startsWith('UNIQUE')) {
      this.session = { type: 'firstCode', commune: sample.parempuyre, identifiant };
      return this.session;
    }
    return this.open({ profile: { ...sample.profile, protection: keep.type } }).session;
  }

  private keep(changes: Contract.DetailChangeView[]): void {
    this.details = { ...this.details, waiting: [...changes, ...this.details.waiting] };
    this.outbox = [
      ...this.outbox,
      ...changes.map(
        (change): Contract.OutboxItemView => ({
          opId: change.id,
          subject: { type: 'changeDetail', change },
          state: { type: 'kept' },
          since: change.askedAt,
          attempts: 0,
          canRetry: true,
          canGiveUp: true,
          changed: null,
        }),
      ),
    ];
    this.status = { ...this.status, pending: this.outbox.length };
    void emit('data-changed', { topics: ['outbox'] });
    void emit('sync-status-changed', null);
  }
}

/** Puts the fake where the bridge looks for Tauri. */
export function install(fake: FakeBackend): void {
  mockIPC((command, args) => fake.handle(command, (args ?? {}) as Args), { shouldMockEvents: true });
}
