import { emit } from '@tauri-apps/api/event';
import { screen, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import { openAt, title } from '../../../dev/render';
import { upToDate } from '../../../dev/sampleData';
import { scenes } from '../../../dev/scenes';

const entry = (name: string) => {
  const item = screen.getByRole('heading', { level: 3, name }).closest('li');
  if (!item) throw new Error(`no line ${name}`);
  return within(item);
};

test('the indicator says each state and leads to what waits', async () => {
  const user = await openAt(scenes.offline());
  await title('Bonjour Claire');
  const indicator = await screen.findByRole('link', { name: /Hors ligne · 2 actions à envoyer/ });
  await user.click(indicator);
  await title('Synchronisation');
  await screen.findByRole('heading', { name: 'À ENVOYER' });
});

test('a change of state is shown and announced', async () => {
  const fake = scenes.open();
  await openAt(fake);
  await screen.findByRole('link', { name: /À jour · il y a 2\smin/ });
  fake.status = { ...upToDate, state: 'sending', pending: 2 };
  await emit('sync-status-changed', null);
  await screen.findByRole('link', { name: /Envoi en cours \(2\)/ });
  expect(screen.getAllByRole('status').some(({ textContent }) => textContent === 'Envoi en cours (2)')).toBe(true);
});

test('an answer that an event overtook is not believed', async () => {
  const fake = scenes.open();
  fake.status = { ...upToDate, state: 'receiving' };
  const arrives = fake.hold('syncStatus');
  await openAt(fake);
  await screen.findByText('Rien à faire pour l’instant.');
  fake.status = upToDate;
  await emit('sync-status-changed', null);
  arrives();
  await screen.findByRole('link', { name: /À jour · il y a 2\smin/ });
});

test('each line says why it waits, since when and how often it was tried', async () => {
  await openAt(scenes.offline(), '/synchronisation');
  await screen.findByRole('heading', { name: 'À ENVOYER' });
  const phone = entry('Téléphone mobile – Claire Martel');
  expect(phone.getByText('06 12 34 56 78 → 06 98 76 54 32')).toBeVisible();
  expect(
    phone.getByText(/Gardé sur cet ordinateur, pas encore envoyé. Le serveur de la mairie ne répond pas/),
  ).toBeVisible();
  expect(entry('Adresse postale').getByText(/3 essais d’envoi/)).toBeVisible();
});

test('each state has the name it has on the other screens', async () => {
  await openAt(scenes.attention(), '/synchronisation');
  await screen.findByRole('heading', { name: 'À ENVOYER' });
  const section = (name: string) => within(screen.getByRole('region', { name }));
  expect(section('REFUSÉ, À LIRE').getByText('refusé')).toBeVisible();
  expect(section('À ENVOYER').getByText('à envoyer')).toBeVisible();
  expect(section('À ENVOYER').getByText('sans réponse')).toBeVisible();
  const arrived = section('ARRIVÉ À LA MAIRIE CES 30 DERNIERS JOURS');
  expect(arrived.getByText('à confirmer')).toBeVisible();
  expect(arrived.getAllByText('accepté')).toHaveLength(2);
  expect(entry('E-mail – Karim Daoud').getByText(/L’ancien e-mail reste utilisé jusque-là/)).toBeVisible();
  expect(entry('Adresse postale').queryByText(/e-mail/)).not.toBeInTheDocument();
});

test('what is on its way right now is not said to be without an answer', async () => {
  await openAt(scenes.sending(), '/synchronisation');
  await screen.findByRole('heading', { name: 'À ENVOYER' });
  expect(entry('Adresse postale').getByText('envoi en cours')).toBeVisible();
});

test('what the town decided since is what the line says', async () => {
  const fake = scenes.attention();
  const item = fake.answered.find(({ opId }) => opId === 'op-4');
  if (item?.subject.type === 'changeDetail') item.subject.change.state = { type: 'accepted' };
  await openAt(fake, '/synchronisation');
  await screen.findByRole('heading', { name: 'À ENVOYER' });
  expect(entry('E-mail – Karim Daoud').getByText('accepté')).toBeVisible();
});

test('nothing to send is said where nothing waits', async () => {
  await openAt(scenes.open(), '/synchronisation');
  await screen.findByRole('heading', { name: 'À ENVOYER' });
  expect(screen.getByText(/^Rien à envoyer/)).toBeVisible();
});

test('giving up asks first', async () => {
  const fake = scenes.offline();
  const user = await openAt(fake, '/synchronisation');
  await screen.findByRole('heading', { name: 'À ENVOYER' });
  await user.click(screen.getByRole('button', { name: /^Abandonner\s: Téléphone mobile – Claire Martel/ }));
  const question = await screen.findByRole('alertdialog');
  expect(question).toHaveTextContent('Elle n’est jamais partie');
  await user.click(within(question).getByRole('button', { name: 'Abandonner la demande' }));
  await screen.findByRole('heading', { name: 'À ENVOYER' });
  expect(screen.queryByRole('heading', { name: 'Téléphone mobile – Claire Martel' })).not.toBeInTheDocument();
  expect(fake.calls.find(({ command }) => command === 'giveUp')?.args).toEqual({ opId: 'op-1' });
});

test('a refusal shows its reason until it is read', async () => {
  const fake = scenes.attention();
  const user = await openAt(fake, '/synchronisation');
  await screen.findByRole('heading', { name: 'À ENVOYER' });
  expect(screen.getByText(/La valeur a changé entre-temps chez la mairie/)).toBeVisible();
  await user.click(screen.getByRole('button', { name: /^J’ai compris/ }));
  await screen.findByRole('link', { name: /À jour/ });
  expect(fake.outbox.map(({ opId }) => opId)).toEqual(['op-1', 'op-2']);
});

test('a wrong clock is said', async () => {
  await openAt(scenes.attention(), '/synchronisation');
  expect(await screen.findByText(/Elle a 74 minutes d’écart/)).toBeVisible();
});

test('trying now asks the client', async () => {
  const fake = scenes.offline();
  const user = await openAt(fake, '/synchronisation');
  await user.click(await screen.findByRole('button', { name: 'Synchroniser maintenant' }));
  expect(fake.calls.some(({ command }) => command === 'syncNow')).toBe(true);
});
