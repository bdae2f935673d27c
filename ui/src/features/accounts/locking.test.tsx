import { emit } from '@tauri-apps/api/event';
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import type { FakeBackend } from '../../../dev/fakeBackend';
import { openAt, title } from '../../../dev/render';
import { profile } from '../../../dev/sampleData';
import { scenes } from '../../../dev/scenes';

const asked = (fake: FakeBackend, command: string) => fake.calls.filter((call) => call.command === command).length;

test('a PIN is chosen twice, with the time after which it locks', async () => {
  const fake = scenes.open();
  const user = await openAt(fake, '/compte');
  await user.click(await screen.findByRole('link', { name: /Code PIN et verrouillage\s*Pas de code PIN/ }));
  await title('Code PIN et verrouillage');
  const card = within(screen.getByRole('region', { name: 'Choisir un code PIN' }));
  await user.type(card.getByLabelText('Nouveau code PIN'), '284');
  await user.type(card.getByLabelText('Nouveau code PIN, une seconde fois'), '2847{Enter}');
  expect(await card.findByRole('button', { name: /de 4 à 8 chiffres/ })).toBeVisible();
  await user.clear(card.getByLabelText('Nouveau code PIN'));
  await user.type(card.getByLabelText('Nouveau code PIN'), '2846');
  await user.click(card.getByRole('button', { name: 'Activer le code PIN' }));
  expect(await card.findByRole('button', { name: /Les deux codes PIN ne sont pas identiques/ })).toBeVisible();
  await user.clear(card.getByLabelText('Nouveau code PIN, une seconde fois'));
  await user.type(card.getByLabelText('Nouveau code PIN, une seconde fois'), '2846');
  await user.click(card.getByLabelText('15 minutes'));
  await user.click(card.getByRole('button', { name: 'Activer le code PIN' }));
  expect(await screen.findByText(/Cet espace se verrouillera tout seul/)).toBeVisible();
  const sent = fake.calls.find(({ command }) => command === 'choosePin')?.args.request;
  expect(sent).toEqual({ current: null, pin: '2846', idleMinutes: 15 });
  expect(screen.getByLabelText('15 minutes')).toBeChecked();
  await user.click(screen.getByLabelText('1 minute'));
  await waitFor(() => expect(fake.calls.at(-1)).toEqual({ command: 'setIdleMinutes', args: { idleMinutes: 1 } }));
});

test('what was done is said even when the news of it is there before the answer', async () => {
  const fake = scenes.open();
  const user = await openAt(fake, '/compte/verrouillage');
  const chosen = fake.hold('choosePin');
  await user.type(await screen.findByLabelText('Nouveau code PIN'), '2846');
  await user.type(screen.getByLabelText('Nouveau code PIN, une seconde fois'), '2846{Enter}');
  await waitFor(() => expect(asked(fake, 'choosePin')).toBe(1));
  await emit('session-changed', null);
  const removing = within(await screen.findByRole('region', { name: 'Ne plus utiliser de code PIN' }));
  chosen();
  expect(await screen.findByText(/Cet espace se verrouillera tout seul/)).toBeVisible();

  const removed = fake.hold('removePin');
  await user.type(removing.getByLabelText('Code PIN actuel'), '2846{Enter}');
  await waitFor(() => expect(asked(fake, 'removePin')).toBe(1));
  await emit('session-changed', null);
  await screen.findByRole('region', { name: 'Choisir un code PIN' });
  removed();
  expect(await screen.findByText(/Le code PIN est retiré/)).toBeVisible();
});

test('the page says what a PIN does not protect from', async () => {
  await openAt(scenes.open(), '/compte/verrouillage');
  const truth = await screen.findByRole('region', { name: /Ce qu’un code PIN protège/ });
  expect(truth).toHaveTextContent('Il n’arrête pas quelqu’un qui sait fouiller la session de cet ordinateur');
});

test('a PIN is removed by itself', async () => {
  const fake = scenes.withPin();
  const user = await openAt(fake, '/compte/verrouillage');
  const card = within(await screen.findByRole('region', { name: 'Ne plus utiliser de code PIN' }));
  await user.type(card.getByLabelText('Code PIN actuel'), '1111{Enter}');
  expect(await card.findByRole('alert')).toHaveTextContent('Ce code PIN n’est pas le bon');
  await user.clear(card.getByLabelText('Code PIN actuel'));
  await user.type(card.getByLabelText('Code PIN actuel'), '2846{Enter}');
  expect(await screen.findByText(/Le code PIN est retiré/)).toBeVisible();
  expect(fake.pin).toBeNull();
});

test('locking from the menu takes the family off the window, and the PIN leads back to the same page', async () => {
  const fake = scenes.withPin();
  const user = await openAt(fake, '/personnes/leo');
  await title('Léo Martel-Daoud');
  await user.click(screen.getByRole('button', { name: 'Claire Martel' }));
  expect(screen.getByRole('menuitem', { name: /Fermer cet espace\s*Votre code PIN sera redemandé/ })).toBeVisible();
  await user.click(screen.getByRole('menuitem', { name: /Verrouiller maintenant/ }));
  await title('Espace verrouillé');
  expect(document.body).not.toHaveTextContent(/Léo|Karim|Jeanne/);
  expect(screen.getByRole('contentinfo')).toHaveTextContent('05 56 95 56 12');
  const before = fake.calls.length;
  await user.keyboard('2846{Enter}');
  await title('Léo Martel-Daoud');
  // Everything is asked anew: nothing of it was kept in the window.
  expect(fake.calls.slice(before).map(({ command }) => command)).toContain('person');
});

test('the lock falls on a page that needs no space too', async () => {
  const fake = scenes.withPin();
  await openAt(fake, '/preferences');
  await title('Préférences');
  fake.lock();
  await emit('session-changed', null);
  await title('Espace verrouillé');
});

test('what is being typed outlives the lock', async () => {
  const fake = scenes.withPin();
  const user = await openAt(fake, '/coordonnees');
  const street = await screen.findByRole('combobox', { name: /Numéro et rue/ });
  await user.clear(street);
  await user.type(street, '5 quai des Chaumes');
  await user.keyboard('{Escape}');
  fake.lock();
  await emit('session-changed', null);
  await title('Espace verrouillé');
  await user.keyboard('2846{Enter}');
  await title('Modifier mes coordonnées');
  expect(await screen.findByRole('combobox', { name: /Numéro et rue/ })).toHaveValue('5 quai des Chaumes');
});

test('wrong PINs are counted down; after the last one only the code opens', async () => {
  const fake = scenes.locked();
  const user = await openAt(fake);
  await title('Espace verrouillé');
  expect(screen.getByText(/2 demandes attendent d’être envoyées\s: elles partent même/)).toBeVisible();
  await user.keyboard('9999{Enter}');
  expect(await screen.findByRole('alert')).toHaveTextContent('Ce code PIN n’est pas le bon');
  expect(await screen.findByText(/Il reste 4 essais/)).toBeVisible();
  expect(screen.getByLabelText('Code PIN')).toHaveFocus();
  expect(screen.getByLabelText('Code PIN')).toHaveValue('');
  for (const left of [3, 2, 1]) {
    await user.keyboard('9999{Enter}');
    expect(
      await screen.findByText(left === 1 ? /Il reste un essai/ : new RegExp(`Il reste ${left} essais`)),
    ).toBeVisible();
  }
  await user.keyboard('9999{Enter}');
  expect(await screen.findByText(/Cinq essais sans le bon/)).toBeVisible();
  expect(screen.queryByLabelText('Code PIN')).not.toBeInTheDocument();
  await user.type(screen.getByLabelText('Identifiant'), 'MARTEL-4821');
  await user.type(screen.getByLabelText('Code secret'), 'Tilleul-33290{Enter}');
  await title('Bonjour Claire');
  expect(fake.pin).toBeNull();
});

test('a forgotten PIN: the code, or a link for a lost code, and back', async () => {
  const fake = scenes.locked();
  const user = await openAt(fake);
  await user.click(await screen.findByRole('button', { name: /Code PIN oublié/ }));
  expect(screen.getByText(/Le code PIN sera effacé/)).toBeVisible();
  expect(screen.getByLabelText('Identifiant')).toHaveValue('');
  await user.type(screen.getByLabelText('Identifiant'), 'MARTEL-4821');
  await user.click(screen.getByRole('button', { name: /Code secret oublié/ }));
  expect(screen.getByLabelText('Identifiant')).toHaveValue('MARTEL-4821');
  await user.click(screen.getByRole('button', { name: 'Recevoir un lien' }));
  expect(await screen.findByText('C’est demandé.')).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Revenir à la connexion' }));
  await user.click(screen.getByRole('button', { name: 'Revenir au code PIN' }));
  await user.type(screen.getByLabelText('Code PIN'), '2846{Enter}');
  await title('Bonjour Claire');
});

test('a locked space can be left for another one', async () => {
  const fake = scenes.locked();
  const user = await openAt(fake);
  await user.click(await screen.findByRole('button', { name: 'Revenir aux espaces de cet ordinateur' }));
  await title('Choisissez votre espace');
  expect(asked(fake, 'closeProfile')).toBe(1);
});

const lockedInMemory = (pending: number) =>
  scenes.locked().lock({ profile: { ...profile, protection: 'memoryOnly' }, pending });

test('leaving a locked space that only memory holds says what is lost first', async () => {
  const fake = lockedInMemory(0);
  const user = await openAt(fake);
  await user.click(await screen.findByRole('button', { name: 'Quitter cet espace' }));
  const question = await screen.findByRole('alertdialog');
  expect(question).toHaveTextContent('en quittant cet espace, tout en sera effacé');
  await user.click(within(question).getByRole('button', { name: 'Non, garder' }));
  expect(asked(fake, 'closeProfile')).toBe(0);
});

test('what waits in a locked space that only memory holds keeps it from being left', async () => {
  const user = await openAt(lockedInMemory(2));
  await user.click(await screen.findByRole('button', { name: 'Quitter cet espace' }));
  expect(await screen.findByRole('alert')).toHaveTextContent(/Ouvrez-le d’abord avec son code PIN/);
  expect(screen.queryByRole('alertdialog')).not.toBeInTheDocument();
  await title('Espace verrouillé');
});

test('a letter’s link waits until the space is opened or left', async () => {
  const fake = scenes.locked();
  fake.invitation = 'preau://parempuyre';
  const user = await openAt(fake);
  await title('Espace verrouillé');
  expect(fake.invitation).not.toBeNull();
  await user.click(screen.getByRole('button', { name: 'Revenir aux espaces de cet ordinateur' }));
  await title('Se connecter – Parempuyre');
});

test('the client hears that somebody is there: seldom, and only where there is a PIN', async () => {
  for (const [scene, heard] of [
    [scenes.withPin(), 1],
    [scenes.open(), 0],
  ] as const) {
    await openAt(scene);
    await title('Bonjour Claire');
    for (let moves = 0; moves < 5; moves += 1) fireEvent.pointerMove(document.body);
    fireEvent.keyDown(document.body, { key: 'Tab' });
    expect(asked(scene, 'noteUse')).toBe(heard);
    document.body.replaceChildren();
  }
});
