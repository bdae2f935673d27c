/** The account of the fake backend: its PIN, its computers, its co-holder, its notices. Invented people. */
import type * as Contract from '../src/bindings';
import { minutesAgo } from './sampleData';

export const fakePin = '2846';
export const fakeCode = 'Tilleul-33290';

export const account: Contract.AccountView = {
  identifiant: 'MARTEL-4821',
  personId: 'claire',
  role: 'holder',
  otherAdult: 'Karim Daoud',
  unreadNotices: 0,
};

export const devices = (): Contract.DeviceView[] => [
  { id: 'd1', label: 'Préau (Linux)', lastSeenAt: minutesAgo(0), since: minutesAgo(60 * 24 * 40), current: true },
  {
    id: 'd2',
    label: 'Préau (Windows)',
    lastSeenAt: minutesAgo(60 * 24 * 3),
    since: minutesAgo(60 * 24 * 200),
    current: false,
  },
];

export const invited: Contract.CoHolderView = {
  type: 'invited',
  firstName: 'Karim',
  lastName: 'Daoud',
  email: 'karim.daoud@exemple.fr',
  expiresAt: '2026-11-02T07:00:00Z',
  undelivered: false,
};

const notice = (
  id: string,
  what: Contract.SecurityEventView,
  minutes: number,
  more: Partial<Contract.SecurityNoticeView> = {},
): Contract.SecurityNoticeView => ({
  id,
  at: minutesAgo(minutes),
  what,
  personName: 'Claire Martel',
  mine: true,
  read: false,
  ...more,
});

/** One of each kind that looks different. */
export const notices = (): Contract.SecurityNoticeView[] => [
  notice('n1', { type: 'sessionReused', device: 'Préau (Windows)' }, 50),
  notice('n2', { type: 'emailChanged' }, 60 * 26, { personName: 'Karim Daoud', mine: false }),
  notice('n3', { type: 'coHolderJoined', name: 'Karim Daoud' }, 60 * 24 * 4, {
    personName: 'Karim Daoud',
    mine: false,
  }),
  notice('n4', { type: 'codeChanged' }, 60 * 24 * 30, { read: true }),
];
