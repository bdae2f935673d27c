/** A family of Parempuyre, as the client would show it. Invented people. */
import type * as Contract from '../src/bindings';

export const parempuyre: Contract.CommuneView = {
  slug: 'parempuyre',
  name: 'Parempuyre',
  accent: null,
  contact: { label: 'Pôle enfance jeunesse', phone: '05 56 95 56 12', email: 'secretariat-enfance@parempuyre.fr' },
  welcome: 'Bienvenue dans votre espace. Le Pôle enfance jeunesse est ouvert du lundi au vendredi, de 8 h 30 à 17 h.',
  newResident:
    'Vous venez d’arriver à Parempuyre ? Présentez-vous au Pôle enfance jeunesse avec un justificatif de domicile et le livret de famille : votre espace est créé en quelques minutes, et l’identifiant vous est remis.',
};

export const towns: Contract.TownView[] = [
  { slug: 'parempuyre', name: 'Parempuyre', postcode: '33290' },
  { slug: 'parentis-en-born', name: 'Parentis-en-Born', postcode: '40160' },
  { slug: 'blanquefort', name: 'Blanquefort', postcode: '33290' },
];

export const suggestions: Contract.AddressView[] = [
  { street: '12 Rue des Palombes', complement: null, postcode: '33290', city: 'Parempuyre' },
  { street: '12 Rue du Port', complement: null, postcode: '33290', city: 'Parempuyre' },
  { street: '12 Rue de Landegrand', complement: null, postcode: '33290', city: 'Parempuyre' },
];

const line = (
  id: string,
  kind: Contract.PersonKindView,
  name: string,
  initials: string,
  more: Partial<Contract.PersonLineView> = {},
): Contract.PersonLineView => ({
  id,
  kind,
  name,
  firstName: name.split(' ')[0] ?? name,
  initials,
  age: null,
  level: null,
  mayCollect: false,
  emergency: false,
  ...more,
});

export const claire = line('claire', 'holder', 'Claire Martel', 'CM');
export const karim = line('karim', 'coHolder', 'Karim Daoud', 'KD');
export const leo = line('leo', 'child', 'Léo Martel-Daoud', 'LÉ', { age: 8, level: 'CE2' });
export const ines = line('ines', 'child', 'Inès Martel-Daoud', 'IN', { age: 4, level: 'MS' });
export const jeanne = line('jeanne', 'contact', 'Jeanne Martel', 'JM', { mayCollect: true });
export const samir = line('samir', 'contact', 'Samir Bellil', 'SB', { emergency: true });

export const homeAddress: Contract.AddressView = {
  street: '3 Allée des Tilleuls',
  complement: 'Bâtiment B',
  postcode: '33290',
  city: 'Parempuyre',
};

export const adults: Contract.AdultDetailsView[] = [
  {
    personId: 'claire',
    name: 'Claire Martel',
    kind: 'holder',
    mobilePhone: '06 12 34 56 78',
    landlinePhone: null,
    email: 'claire.martel@exemple.fr',
    isMe: true,
  },
  {
    personId: 'karim',
    name: 'Karim Daoud',
    kind: 'coHolder',
    mobilePhone: '07 98 76 54 32',
    landlinePhone: '05 56 12 34 56',
    email: 'karim.daoud@exemple.fr',
    isMe: false,
  },
];

const quotients: Contract.QuotientView[] = [
  { source: 'caf', value: 1124, effectiveMonth: '2026-01', current: true },
  { source: 'caf', value: 1087, effectiveMonth: '2025-01', current: false },
  { source: 'none', value: null, effectiveMonth: '2024-09', current: false },
];

const child = (
  who: Contract.PersonLineView,
  birthDate: string,
  levels: readonly [string, string, string | null][],
): Contract.PersonView => ({
  type: 'child',
  line: who,
  birthDate,
  schooling: levels.map(([year, level, room], at) => ({
    from: `${year}-09-01`,
    to: at === 0 ? null : `${Number(year) + 1}-07-04`,
    school: who.id === 'leo' ? 'École élémentaire Jean Jaurès' : 'École maternelle Libération',
    level,
    class: room,
    current: at === 0,
  })),
  mayBook: true,
  mayCollect: true,
  pays: true,
  otherHome: who.id === 'leo',
  collectors: [jeanne],
});

export function people(): Contract.PersonView[] {
  const adult = (who: Contract.PersonLineView): Contract.PersonView => {
    const known = adults.find(({ personId }) => personId === who.id);
    return {
      type: 'adult',
      line: who,
      address: homeAddress,
      mobilePhone: known?.mobilePhone ?? null,
      landlinePhone: known?.landlinePhone ?? null,
      email: known?.email ?? null,
      quotients,
    };
  };
  return [
    adult(claire),
    adult(karim),
    child(leo, '2018-03-12', [
      ['2026', 'CE2', 'Mme Laborde'],
      ['2025', 'CE1', 'M. Etcheverry'],
      ['2024', 'CP', 'Mme Roux'],
    ]),
    child(ines, '2022-05-30', [
      ['2026', 'MS', 'Mme Castaing'],
      ['2025', 'PS', null],
    ]),
    { type: 'contact', line: jeanne, relation: 'grand-mère', phone: '06 22 33 44 55' },
    { type: 'contact', line: samir, relation: 'voisin', phone: null },
  ];
}

export const profile: Contract.ProfileView = {
  id: 'p1',
  communeName: 'Parempuyre',
  contact: parempuyre.contact,
  personName: 'Claire Martel',
  protection: 'keychain',
};

export const lockedProfile: Contract.ProfileView = {
  id: 'p2',
  communeName: 'Blanquefort',
  contact: null,
  personName: null,
  protection: 'passphrase',
};

export const minutesAgo = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString();

export const upToDate: Contract.SyncStatusView = {
  state: 'upToDate',
  pending: 0,
  blocked: 0,
  refused: 0,
  changed: 0,
  lastSyncAt: minutesAgo(2),
  received: null,
  trouble: null,
  clockOffMinutes: null,
};

export function change(
  field: Contract.DetailFieldView,
  before: string | null,
  after: string,
  state: Contract.DetailStateView,
  personId = 'claire',
): Contract.DetailChangeView {
  const person = adults.find((adult) => adult.personId === personId);
  return {
    id: `change-${field}-${state.type}`,
    personId,
    personName: person?.name ?? null,
    field,
    old: before === null ? { type: 'notGiven' } : { type: 'text', text: before },
    new: { type: 'text', text: after },
    state,
    giveUp: ['toSend', 'awaitsTown', 'awaitsConfirmation'].includes(state.type) ? 'possible' : 'no',
    askedAt: minutesAgo(90),
  };
}
