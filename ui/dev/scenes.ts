/** Situations to look at and to test. */
import type * as Contract from '../src/bindings';
import { fakePin, invited, notices } from './fakeAccounts';
import { FakeBackend } from './fakeBackend';
import { change, homeAddress, lockedProfile, minutesAgo, parempuyre, profile, suggestions } from './sampleData';

const pending = { opId: 'op-1', state: 'kept', since: minutesAgo(200), attempts: 0 } as const;
const lost = { ...pending, opId: 'op-2', state: 'unanswered', attempts: 3 } as const;
const newAddress = suggestions[0] ?? homeAddress;

const movingHouse = (state: Contract.DetailStateView): Contract.DetailChangeView => ({
  id: 'change-address',
  personId: null,
  personName: null,
  field: 'address',
  old: { type: 'address', address: homeAddress },
  new: { type: 'address', address: newAddress },
  state,
  giveUp: 'possible',
  askedAt: minutesAgo(200),
});

const item = (
  opId: string,
  asked: Contract.DetailChangeView,
  state: Contract.OutboxStateView,
  attempts: number,
): Contract.OutboxItemView => ({
  opId,
  subject: { type: 'changeDetail', change: asked },
  state,
  since: asked.askedAt,
  attempts,
  canRetry: ['kept', 'unanswered', 'blocked'].includes(state.type),
  canGiveUp: ['kept', 'unanswered', 'blocked'].includes(state.type),
  changed: null,
});

/** Everything that can wait or be answered, at once. */
function busyOutbox(fake: FakeBackend): FakeBackend {
  const phone = change('mobilePhone', '06 12 34 56 78', '06 98 76 54 32', { type: 'toSend', pending });
  const email = change(
    'email',
    'karim.daoud@exemple.fr',
    'k.daoud@exemple.fr',
    { type: 'awaitsConfirmation' },
    'karim',
  );
  const landline = change('landlinePhone', null, '05 56 00 11 22', { type: 'accepted' });
  const refused = change(
    'landlinePhone',
    '05 56 12 34 56',
    '05 56 12 34 57',
    { type: 'refused', reason: 'Ce numéro est celui de l’école.', code: null },
    'karim',
  );
  fake.details = {
    ...fake.details,
    waiting: [movingHouse({ type: 'awaitsTown' }), phone, email],
    settled: [landline, refused],
  };
  fake.outbox = [
    item('op-1', phone, { type: 'kept' }, 0),
    item('op-2', movingHouse({ type: 'toSend', pending: lost }), { type: 'unanswered' }, 3),
    item('op-3', refused, { type: 'rejected', code: 'stale_value' }, 1),
  ];
  fake.answered = [
    item('op-4', email, { type: 'waiting' }, 1),
    item('op-5', landline, { type: 'applied' }, 1),
    { ...item('op-6', landline, { type: 'applied' }, 1), subject: { type: 'cancel', change: phone } },
  ];
  return fake;
}

const open = (): FakeBackend => new FakeBackend().open();

export const scenes = {
  fresh: () => new FakeBackend(),
  noKeychain: () => {
    const fake = new FakeBackend();
    fake.session = { type: 'signedOut', profiles: [], keychainAvailable: false };
    return fake;
  },
  profiles: () => {
    const fake = new FakeBackend();
    fake.session = { type: 'signedOut', profiles: [profile, lockedProfile], keychainAvailable: true };
    return fake;
  },
  firstCode: () => {
    const fake = new FakeBackend();
    fake.session = { type: 'firstCode', commune: parempuyre, identifiant: 'MARTEL-4821' };
    return fake;
  },
  open,
  todo: () => {
    const fake = open().open({ others: [lockedProfile] });
    fake.todo = [
      { type: 'refusedOperations', count: 1 },
      {
        type: 'daysToSend',
        periodId: 'noel',
        periodName: 'Vacances de Noël 2026',
        days: 3,
        until: '2026-12-13T22:59:00Z',
      },
      {
        type: 'lastDaysToCancel',
        childId: 'leo',
        firstName: 'Léo',
        activityId: 'alsh',
        activityName: 'ALSH des vacances',
        days: 2,
        firstDay: '2026-12-21',
        until: '2026-12-13T22:59:00Z',
      },
      { type: 'addressMissing' },
      { type: 'phoneMissing' },
      { type: 'emailToConfirm', email: 'k.daoud@exemple.fr' },
    ];
    return fake;
  },
  offline: () => {
    const fake = busyOutbox(open().goOffline());
    fake.status = { ...fake.status, pending: 2 };
    return fake;
  },
  attention: () => {
    const fake = busyOutbox(open());
    fake.todo = [{ type: 'refusedOperations', count: 1 }];
    fake.status = { ...fake.status, state: 'attention', pending: 2, refused: 1, clockOffMinutes: 74 };
    return fake;
  },
  blocked: () => {
    const fake = open();
    const stuck = { ...pending, state: 'blocked', attempts: 7 } as const;
    const moving = movingHouse({ type: 'toSend', pending: stuck });
    fake.details = { ...fake.details, waiting: [moving] };
    fake.outbox = [
      item('op-1', moving, { type: 'blocked' }, 7),
      item('op-2', movingHouse({ type: 'toSend', pending }), { type: 'behind' }, 0),
      item(
        'op-3',
        change('mobilePhone', '06 12 34 56 78', '06 98 76 54 32', { type: 'toSend', pending }),
        { type: 'givingUp' },
        2,
      ),
    ];
    fake.status = { ...fake.status, state: 'attention', pending: 1, blocked: 1 };
    return fake;
  },
  restored: () => {
    const fake = open();
    const moving = movingHouse({ type: 'awaitsTown' });
    const landline = change('landlinePhone', '05 56 12 34 56', '05 56 12 34 57', {
      type: 'refused',
      reason: null,
      code: 'stale_value',
    });
    const changed = { before: 'applied', since: minutesAgo(3), seen: false } as const;
    fake.details = { ...fake.details, waiting: [moving] };
    fake.outbox = [
      { ...item('op-1', moving, { type: 'waiting' }, 2), changed },
      { ...item('op-2', landline, { type: 'rejected', code: 'stale_value' }, 2), changed },
    ];
    fake.todo = [{ type: 'changedOutcomes', count: 2 }];
    fake.status = { ...fake.status, state: 'attention', changed: 2 };
    return fake;
  },
  again: () => {
    const fake = busyOutbox(open().open({ signInAgain: true }));
    fake.status = { ...fake.status, state: 'attention', pending: 2, trouble: 'signInAgain' };
    return fake;
  },
  notices: () => {
    const fake = open();
    fake.notices = notices();
    fake.todo = fake.notices.filter(({ read }) => !read).map((notice) => ({ type: 'securityNotice', notice }));
    return fake;
  },
  withPin: () => {
    const fake = open().open({ pin: { idleMinutes: 5 } });
    fake.pin = fakePin;
    return fake;
  },
  locked: () => {
    const fake = open();
    fake.status = { ...fake.status, pending: 2 };
    return fake.lock();
  },
  lockedSpent: () => open().lock({ triesLeft: 0 }),
  alone: () => {
    const fake = open();
    fake.account = { ...fake.account, otherAdult: null };
    fake.coHolder = { type: 'none' };
    return fake;
  },
  invited: () => {
    const fake = open();
    fake.account = { ...fake.account, otherAdult: null };
    fake.coHolder = invited;
    return fake;
  },
  coHolder: () => {
    const fake = open();
    fake.account = { ...fake.account, personId: 'karim', role: 'coHolder', otherAdult: 'Claire Martel' };
    return fake;
  },
  accountOffline: () => open().goOffline().failWith('devices', 'unreachable').failWith('coHolder', 'unreachable'),
  receiving: () => {
    const fake = open();
    fake.status = { ...fake.status, state: 'receiving', received: 120, lastSyncAt: null };
    return fake;
  },
  sending: () => {
    const fake = busyOutbox(open());
    fake.status = { ...fake.status, state: 'sending', pending: 2 };
    return fake;
  },
  kiosk: () => new FakeBackend().atKiosk(),
  kioskOpen: () => open().atKiosk(),
  kioskOutOfOrder: () => new FakeBackend().atKiosk('memoryFull'),
  kioskCutShort: () => new FakeBackend().atKiosk('cutShort'),
  kioskWithoutSettings: () => {
    const fake = new FakeBackend();
    fake.kiosk = { commune: { slug: '', name: 'Préau', accent: null, contact: null }, outOfOrder: 'settings' };
    return fake;
  },
  kioskUnanswered: () => {
    const fake = open().atKiosk().goOffline();
    const moving = movingHouse({ type: 'toSend', pending: lost });
    fake.details = { ...fake.details, waiting: [moving] };
    fake.outbox = [item('op-2', moving, { type: 'unanswered' }, 3)];
    fake.status = { ...fake.status, pending: 1 };
    return fake;
  },
  broken: () => open().failWith('home', 'internal').failWith('details', 'cacheDamaged'),
} satisfies Record<string, () => FakeBackend>;

export type SceneName = keyof typeof scenes;
