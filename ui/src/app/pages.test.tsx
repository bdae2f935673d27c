import { screen, waitFor, within } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { openAt, title, violations } from '../../dev/render';
import { type SceneName, scenes } from '../../dev/scenes';

const pages: readonly [scene: SceneName, path: string, heading: string, window: string][] = [
  ['fresh', '/', 'Se connecter à l’espace famille', 'Se connecter à l’espace famille – Préau'],
  ['profiles', '/', 'Choisissez votre espace', 'Choisissez votre espace – Préau'],
  ['firstCode', '/', 'Choisissez votre code secret', 'Choisissez votre code secret – Parempuyre – Préau'],
  ['open', '/', 'Bonjour Claire', 'Accueil – Parempuyre – Préau'],
  ['todo', '/', 'Bonjour Claire', 'Accueil – Parempuyre – Préau'],
  ['again', '/', 'Bonjour Claire', 'Accueil – Parempuyre – Préau'],
  ['open', '/personnes/claire', 'Claire Martel', 'Claire Martel – Parempuyre – Préau'],
  ['open', '/personnes/leo', 'Léo Martel-Daoud', 'Léo Martel-Daoud – Parempuyre – Préau'],
  ['open', '/personnes/samir', 'Samir Bellil', 'Samir Bellil – Parempuyre – Préau'],
  [
    'open',
    '/reservations',
    'Réservations / Modifications ALSH',
    'Réservations / Modifications ALSH – Parempuyre – Préau',
  ],
  ['open', '/recepisses', 'Mes récépissés', 'Mes récépissés – Parempuyre – Préau'],
  ['open', '/enfants/leo/agenda/alsh', 'Agenda de Léo', 'Agenda de Léo – Parempuyre – Préau'],
  ['open', '/coordonnees', 'Modifier mes coordonnées', 'Modifier mes coordonnées – Parempuyre – Préau'],
  ['attention', '/coordonnees', 'Modifier mes coordonnées', 'Modifier mes coordonnées – Parempuyre – Préau'],
  ['offline', '/synchronisation', 'Synchronisation', 'Synchronisation – Parempuyre – Préau'],
  ['attention', '/synchronisation', 'Synchronisation', 'Synchronisation – Parempuyre – Préau'],
  ['open', '/compte', 'Mon compte', 'Mon compte – Parempuyre – Préau'],
  ['notices', '/', 'Bonjour Claire', 'Accueil – Parempuyre – Préau'],
  ['notices', '/compte', 'Mon compte', 'Mon compte – Parempuyre – Préau'],
  ['notices', '/compte/avis', 'Avis de sécurité', 'Avis de sécurité – Parempuyre – Préau'],
  ['open', '/compte/identifiant', 'Changer mon identifiant', 'Changer mon identifiant – Parempuyre – Préau'],
  ['open', '/compte/code', 'Changer mon code', 'Changer mon code – Parempuyre – Préau'],
  ['open', '/compte/verrouillage', 'Code PIN et verrouillage', 'Code PIN et verrouillage – Parempuyre – Préau'],
  ['withPin', '/compte/verrouillage', 'Code PIN et verrouillage', 'Code PIN et verrouillage – Parempuyre – Préau'],
  ['open', '/compte/ordinateurs', 'Mes ordinateurs', 'Mes ordinateurs – Parempuyre – Préau'],
  ['accountOffline', '/compte/ordinateurs', 'Mes ordinateurs', 'Mes ordinateurs – Parempuyre – Préau'],
  ['alone', '/compte/co-titulaire', 'Co-titulaire', 'Co-titulaire – Parempuyre – Préau'],
  ['invited', '/compte/co-titulaire', 'Co-titulaire', 'Co-titulaire – Parempuyre – Préau'],
  ['open', '/compte/co-titulaire', 'Co-titulaire', 'Co-titulaire – Parempuyre – Préau'],
  ['coHolder', '/compte/co-titulaire', 'Titulaire', 'Titulaire – Parempuyre – Préau'],
  ['locked', '/', 'Espace verrouillé', 'Espace verrouillé – Parempuyre – Préau'],
  ['lockedSpent', '/', 'Espace verrouillé', 'Espace verrouillé – Parempuyre – Préau'],
  ['open', '/preferences', 'Préférences', 'Préférences – Parempuyre – Préau'],
  ['open', '/accessibilite', 'Déclaration d’accessibilité', 'Déclaration d’accessibilité – Parempuyre – Préau'],
  ['fresh', '/accessibilite', 'Déclaration d’accessibilité', 'Déclaration d’accessibilité – Préau'],
  ['open', '/nulle-part', 'Cette page n’existe pas', 'Cette page n’existe pas – Parempuyre – Préau'],
];

test.each(pages)(
  '%s %s: titled, focused, with landmarks and without a violation',
  async (scene, path, heading, window) => {
    await openAt(scenes[scene](), path);
    const h1 = await title(heading);
    // Where there is one thing to say, its field has the focus.
    const only: Record<string, () => HTMLElement> = {
      'Se connecter à l’espace famille': () => screen.getByRole('combobox'),
      'Espace verrouillé': () => screen.getByLabelText(scene === 'locked' ? 'Code PIN' : 'Identifiant'),
    };
    await waitFor(() => expect(only[heading]?.() ?? h1).toHaveFocus());
    expect(screen.getAllByRole('heading', { level: 1 })).toHaveLength(1);
    expect(screen.getByRole('banner')).toBeVisible();
    expect(screen.getByRole('main')).toBeVisible();
    expect(screen.getByRole('contentinfo')).toHaveTextContent(/Besoin d’un accompagnement, une question\s\?/);
    await waitFor(() => expect(screen.queryByText('Chargement…')).not.toBeInTheDocument());
    expect(document.title).toBe(window);
    expect(await violations()).toEqual([]);
  },
);

test('the family is on the left: a press shows that person', async () => {
  const user = await openAt(scenes.open());
  await title('Bonjour Claire');
  await user.click(screen.getByRole('link', { name: /Léo\s*8 ans · CE2/ }));
  await title('Léo Martel-Daoud');
  expect(screen.getByText('Un autre foyer est aussi rattaché à Léo')).toBeVisible();
  expect(screen.getByRole('table', { name: 'Scolarité' })).toBeVisible();
  expect(screen.getByRole('cell', { name: 'Mme Laborde' })).toBeVisible();
});

test('the home page offers only what works', async () => {
  await openAt(scenes.open());
  await title('Bonjour Claire');
  expect(screen.getByRole('heading', { level: 2, name: 'MON TABLEAU DE BORD' })).toBeVisible();
  expect(screen.getByRole('heading', { level: 2, name: 'MA FAMILLE' })).toBeVisible();
  expect(screen.getByText('Rien à faire pour l’instant.')).toBeVisible();
  expect(screen.getByRole('main').querySelectorAll('a')).toHaveLength(2);
});

test('the list on the left names the contacts once to the eye', async () => {
  await openAt(scenes.open());
  await title('Bonjour Claire');
  const people = within(screen.getByRole('navigation', { name: 'Ma famille' }));
  expect(people.getByRole('heading', { level: 2, name: 'TITULAIRES, ENFANTS ET CONTACTS' })).toBeVisible();
  expect(people.getByRole('heading', { level: 3, name: 'Contacts' })).toBeInTheDocument();
});

test('those who may fetch a child begin with the adults of the home that may', async () => {
  await openAt(scenes.open(), '/personnes/leo');
  const card = within(await screen.findByRole('region', { name: 'Qui peut venir chercher Léo' }));
  await waitFor(() =>
    expect(card.getAllByRole('link').map(({ textContent }) => textContent)).toEqual([
      expect.stringContaining('Claire Martel'),
      expect.stringContaining('Karim Daoud'),
      expect.stringContaining('Jeanne Martel'),
    ]),
  );
});

test('a home that may not fetch the child is not among those who may', async () => {
  const fake = scenes.open();
  const { person } = fake.answers;
  Object.assign(fake.answers, { person: (args: { id: string }) => ({ ...person(args), mayCollect: false }) });
  await openAt(fake, '/personnes/leo');
  const card = within(await screen.findByRole('region', { name: 'Qui peut venir chercher Léo' }));
  expect(card.getAllByRole('link')).toHaveLength(1);
});

test('each waiting change is counted under its name', async () => {
  const fake = scenes.attention();
  fake.todo = [{ type: 'emailToConfirm', email: 'k.daoud@exemple.fr' }];
  await openAt(fake);
  await title('Bonjour Claire');
  expect(screen.getByText('1 changement à envoyer · 1 en attente de validation · 1 à confirmer')).toBeVisible();
});

test('an unknown person says so under a title', async () => {
  await openAt(scenes.open(), '/personnes/personne');
  await title('Fiche d’une personne');
  expect(screen.getByRole('alert')).toHaveTextContent('Nous ne trouvons pas ce que vous demandez');
  expect(await violations()).toEqual([]);
});

test('what cannot be read says why and can be asked again', async () => {
  const fake = scenes.broken();
  const user = await openAt(fake);
  expect(await screen.findByRole('alert')).toHaveTextContent('L’application a rencontré une erreur');
  fake.failures = {};
  await user.click(screen.getByRole('button', { name: 'Réessayer' }));
  await title('Bonjour Claire');
});

test('a page that breaks says what to do, and the frame stays', async () => {
  const quiet = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const fake = scenes.open();
  Object.assign(fake.answers, { details: () => ({ ...fake.details, adults: null }) });
  const user = await openAt(fake, '/coordonnees');
  await title('Cette page n’a pas pu s’afficher');
  expect(screen.getByRole('contentinfo')).toHaveTextContent('05 56 95 56 12');
  await user.click(screen.getByRole('link', { name: /Parempuyre/ }));
  await title('Bonjour Claire');
  quiet.mockRestore();
});

test('a space can be closed and reopened without showing what was read before', async () => {
  const fake = scenes.open();
  await openAt(fake, '/personnes/leo');
  await title('Léo Martel-Daoud');
  fake.session = { type: 'signedOut', profiles: [], keychainAvailable: true };
  const { emit } = await import('@tauri-apps/api/event');
  await emit('session-changed', null);
  await title('Se connecter à l’espace famille');
  expect(screen.queryByText(/Léo/)).not.toBeInTheDocument();
});
