import { screen, waitFor, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import { openAt, title } from '../../../dev/render';
import { lockedProfile } from '../../../dev/sampleData';
import { scenes } from '../../../dev/scenes';

test('a space of this computer opens directly', async () => {
  const user = await openAt(scenes.profiles());
  await title('Choisissez votre espace');
  await user.click(screen.getByRole('button', { name: /^Ouvrir l’espace\s: Claire Martel, Parempuyre/ }));
  await title('Bonjour Claire');
});

test('a protected space asks for its passphrase and says when it is wrong', async () => {
  const user = await openAt(scenes.profiles());
  await user.click(await screen.findByRole('button', { name: /^Ouvrir l’espace\s: Espace verrouillé, Blanquefort/ }));
  const dialog = await screen.findByRole('dialog');
  await user.type(within(dialog).getByLabelText('Phrase secrète'), 'au hasard{Enter}');
  expect(await within(dialog).findByRole('alert')).toHaveTextContent('Cette phrase secrète n’est pas la bonne');
  await user.clear(within(dialog).getByLabelText('Phrase secrète'));
  await user.type(within(dialog).getByLabelText('Phrase secrète'), 'les tilleuls en fleur{Enter}');
  await title('Bonjour Claire');
});

test('removing a space says what is lost before it does', async () => {
  const fake = scenes.profiles();
  const user = await openAt(fake);
  const open = () =>
    user.click(screen.getByRole('button', { name: /^Retirer de cet ordinateur\s: Claire Martel, Parempuyre/ }));
  await title('Choisissez votre espace');
  await open();
  const question = await screen.findByRole('alertdialog');
  expect(question).toHaveTextContent('Ce qui attend d’être envoyé depuis cet ordinateur sera perdu');
  await user.click(within(question).getByRole('button', { name: 'Non, garder' }));
  expect(fake.calls.some(({ command }) => command === 'forgetProfile')).toBe(false);
  await open();
  await user.click(
    within(await screen.findByRole('alertdialog')).getByRole('button', { name: 'Retirer de cet ordinateur' }),
  );
  expect(await screen.findByText('Blanquefort')).toBeVisible();
  expect(screen.queryByText('Claire Martel')).not.toBeInTheDocument();
});

test('a space behind its PIN in which requests wait says so instead of going', async () => {
  const user = await openAt(scenes.profiles().failWith('forgetProfile', 'requestsWait'));
  await user.click(await screen.findByRole('button', { name: /^Retirer de cet ordinateur\s: Claire Martel/ }));
  const question = await screen.findByRole('alertdialog');
  await user.click(within(question).getByRole('button', { name: 'Retirer de cet ordinateur' }));
  expect(await within(question).findByRole('alert')).toHaveTextContent(/ne sont pas encore envoyées.*code PIN/);
});

test('the account menu leads to the other spaces, the account, the preferences and the way out', async () => {
  const user = await openAt(scenes.todo());
  await title('Bonjour Claire');
  await user.click(screen.getByRole('button', { name: 'Claire Martel' }));
  const menu = await screen.findByRole('menu');
  const names = [lockedProfile.communeName, 'Mon compte', 'Préférences', 'Accessibilité', /^Fermer cet espace/];
  const items = within(menu).getAllByRole('menuitem');
  expect(items).toHaveLength(names.length);
  names.forEach((name, at) => {
    expect(items[at]).toHaveAccessibleName(name);
  });
  await user.click(within(menu).getByRole('menuitem', { name: /^Fermer cet espace/ }));
  await title('Choisissez votre espace');
});

test('what a passphrase protects is locked, and says what opens it again', async () => {
  const fake = scenes.open();
  if (fake.session.type === 'open') fake.session.profile = { ...fake.session.profile, protection: 'passphrase' };
  const user = await openAt(fake);
  await title('Bonjour Claire');
  await user.click(screen.getByRole('button', { name: 'Claire Martel' }));
  await user.click(await screen.findByRole('menuitem', { name: 'Verrouiller Votre phrase secrète sera redemandée.' }));
  await title('Choisissez votre espace');
});

test('signing out asks, says what stays, and the chooser says what happened', async () => {
  const fake = scenes.open();
  fake.status = { ...fake.status, state: 'offline', pending: 1 };
  const user = await openAt(fake, '/compte');
  await title('Mon compte');
  await user.click(screen.getByRole('button', { name: 'Se déconnecter' }));
  const question = await screen.findByRole('alertdialog');
  expect(question).toHaveTextContent('Il reste gardé sur cet ordinateur');
  expect(question).toHaveTextContent('Une demande n’est pas encore envoyée');
  expect(fake.calls.some(({ command }) => command === 'signOut')).toBe(false);
  await user.click(within(question).getByRole('button', { name: 'Se déconnecter' }));
  await title('Choisissez votre espace');
  expect(screen.getByRole('status')).toHaveTextContent('La connexion avec la mairie est terminée.');
  expect(screen.getByRole('status')).toHaveTextContent('L’espace de Claire Martel reste gardé ici');
  await user.click(screen.getByRole('button', { name: /^Ouvrir l’espace/ }));
  await title('Bonjour Claire');
});

test('a space that only memory holds warns before it closes', async () => {
  const fake = scenes.offline();
  if (fake.session.type === 'open') fake.session.profile = { ...fake.session.profile, protection: 'memoryOnly' };
  const user = await openAt(fake);
  await title('Bonjour Claire');
  await user.click(screen.getByRole('button', { name: 'Claire Martel' }));
  await user.click(await screen.findByRole('menuitem', { name: /^Fermer et tout effacer/ }));
  const question = await screen.findByRole('alertdialog');
  expect(question).toHaveTextContent('2 demandes ne sont pas encore envoyées : elles seront perdues.');
  await user.click(within(question).getByRole('button', { name: 'Fermer et tout effacer' }));
  await title('Choisissez votre espace');
});

test('when the session with the town ends, one dialog mends it', async () => {
  const fake = scenes.again();
  const user = await openAt(fake);
  await title('Bonjour Claire');
  await user.click(screen.getByRole('button', { name: 'Se reconnecter' }));
  const dialog = await screen.findByRole('dialog');
  expect(await within(dialog).findByLabelText('Identifiant')).toHaveValue('MARTEL-4821');
  expect(within(dialog).getByLabelText('Code secret')).toHaveFocus();
  await user.keyboard('mauvais{Enter}');
  expect(await within(dialog).findByRole('alert')).toHaveTextContent('L’identifiant ou le code ne correspond pas');
  await user.clear(within(dialog).getByLabelText('Code secret'));
  await user.type(within(dialog).getByLabelText('Code secret'), 'Tilleul-33290{Enter}');
  await screen.findByRole('button', { name: 'Claire Martel' });
  expect(screen.queryByRole('button', { name: 'Se reconnecter' })).not.toBeInTheDocument();
});

test('signing in again to a space that is open asks for no passphrase', async () => {
  const fake = scenes.again();
  if (fake.session.type === 'open') fake.session.profile = { ...fake.session.profile, protection: 'passphrase' };
  const user = await openAt(fake);
  await title('Bonjour Claire');
  await user.click(screen.getByRole('button', { name: 'Se reconnecter' }));
  const dialog = await screen.findByRole('dialog');
  expect(within(dialog).queryByLabelText('Phrase secrète')).not.toBeInTheDocument();
  await user.click(await within(dialog).findByRole('button', { name: 'Se connecter' }));
  expect(await within(dialog).findByRole('region', { name: 'Un champ est à corriger' })).toHaveTextContent(
    'Saisissez votre code secret.',
  );
  await user.type(within(dialog).getByLabelText('Code secret'), 'Tilleul-33290{Enter}');
  await waitFor(() => expect(screen.queryByRole('dialog')).not.toBeInTheDocument());
  const sent = fake.calls.find(({ command }) => command === 'signInAgain')?.args;
  expect(sent).toEqual({ identifiant: 'MARTEL-4821', code: 'Tilleul-33290' });
});

test('an identifiant that will not do: both causes, and the form it takes', async () => {
  const user = await openAt(scenes.open().failWith('changeIdentifiant', 'identifiantRefused'), '/compte/identifiant');
  const card = within(await screen.findByRole('region', { name: 'Identifiant' }));
  await user.type(card.getByLabelText('Nouvel identifiant'), 'é');
  await user.type(card.getByLabelText('Code secret actuel'), 'Tilleul-33290{Enter}');
  expect(await card.findByRole('alert')).toHaveTextContent(/déjà pris.*de 4 à 64 signes/);
});

test('the identifiant and the code can be changed', async () => {
  const user = await openAt(scenes.open(), '/compte');
  await title('Mon compte');
  await user.click(await screen.findByRole('link', { name: /Identifiant\s*MARTEL-4821/ }));
  await title('Changer mon identifiant');
  expect(await screen.findByText('MARTEL-4821')).toBeVisible();
  await user.click(screen.getByRole('link', { name: 'Revenir' }));
  await user.click(await screen.findByRole('link', { name: /Code secret/ }));
  await title('Changer mon code');
  const code = screen.getByRole('region', { name: 'Code secret' });
  await user.type(within(code).getByLabelText('Code secret actuel'), 'faux');
  await user.type(within(code).getByLabelText('Nouveau code secret'), 'Tilleul-2026');
  await user.type(within(code).getByLabelText('Nouveau code secret, une seconde fois'), 'Tilleul-2027');
  await user.click(within(code).getByRole('button', { name: 'Changer mon code' }));
  expect(await within(code).findByRole('button', { name: /Les deux codes ne sont pas identiques/ })).toBeVisible();
  await user.clear(within(code).getByLabelText('Nouveau code secret, une seconde fois'));
  await user.type(within(code).getByLabelText('Nouveau code secret, une seconde fois'), 'Tilleul-2026');
  await user.click(within(code).getByRole('button', { name: 'Changer mon code' }));
  expect(await within(code).findByRole('alert')).toHaveTextContent('Le code actuel ne correspond pas');
});
