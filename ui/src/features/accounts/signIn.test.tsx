import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import { openAt, title } from '../../../dev/render';
import { scenes } from '../../../dev/scenes';
import { failureSentences } from '../../lib/failures';
import type { FailureCode } from '../../lib/ipc';
import french from '../../locales/fr/failures.json';

test('a page that still scrolls back does not close the list of towns', async () => {
  const user = await openAt(scenes.fresh());
  await user.type(await screen.findByRole('combobox', { name: 'Votre commune' }), 'par');
  expect(await screen.findAllByRole('option')).toHaveLength(2);
  fireEvent.scroll(document);
  expect(screen.getAllByRole('option')).toHaveLength(2);
  expect(screen.getByRole('combobox', { name: 'Votre commune' })).toHaveAttribute('aria-expanded', 'true');
});

test('from the town to the home page with the keyboard alone, choosing a first code', async () => {
  const fake = scenes.fresh();
  const user = await openAt(fake);
  await title('Se connecter à l’espace famille');

  expect(screen.getByRole('combobox', { name: 'Votre commune' })).toHaveFocus();
  await user.keyboard('par');
  expect(await screen.findAllByRole('option')).toHaveLength(2);
  await user.keyboard('{ArrowDown}{Enter}');

  await title('Se connecter – Parempuyre');
  expect(screen.getByRole('region', { name: 'MON ESPACE PERSO' })).toBeVisible();
  expect(screen.getByText(/Saisissez l’identifiant et le code secret reçus/)).toHaveTextContent('05 56 95 56 12');
  while (document.activeElement !== screen.getByLabelText('Identifiant')) await user.tab();
  await user.keyboard('MARTEL-4821');
  await user.tab();
  await user.keyboard('UNIQUE-7777{Enter}');

  await title('Choisissez votre code secret');
  while (document.activeElement !== screen.getByLabelText('Nouveau code secret')) await user.tab();
  await user.keyboard('Tilleul-33290');
  expect(await screen.findAllByText(/– respecté/)).toHaveLength(3);
  while (document.activeElement !== screen.getByLabelText('Nouveau code secret, une seconde fois')) await user.tab();
  await user.keyboard('Tilleul-33290{Enter}');

  await title('Bonjour Claire');
  expect(document.title).toBe('Accueil – Parempuyre – Préau');
  const sent = fake.calls.find(({ command }) => command === 'signIn')?.args.request;
  expect(sent).toEqual({
    slug: 'parempuyre',
    invitation: null,
    identifiant: 'MARTEL-4821',
    code: 'UNIQUE-7777',
    keep: { type: 'keychain' },
  });
});

test('the letter’s text leads to its town with the identifiant filled in', async () => {
  const user = await openAt(scenes.fresh());
  await user.click(await screen.findByRole('button', { name: 'Coller le texte du QR code de la lettre' }));
  await user.type(screen.getByLabelText('Texte du QR code de la lettre'), 'n’importe quoi');
  await user.click(screen.getByRole('button', { name: 'Continuer' }));
  expect(await screen.findByRole('alert')).toHaveTextContent('Ce texte n’est pas celui du QR code');
  await user.clear(screen.getByLabelText('Texte du QR code de la lettre'));
  await user.type(screen.getByLabelText('Texte du QR code de la lettre'), 'preau://parempuyre');
  await user.click(screen.getByRole('button', { name: 'Continuer' }));
  await title('Se connecter – Parempuyre');
  expect(screen.getByLabelText('Identifiant')).toHaveValue('MARTEL-4821');
});

test('the letter’s link opens the same way', async () => {
  const fake = scenes.fresh();
  fake.invitation = 'preau://parempuyre';
  await openAt(fake);
  await title('Se connecter – Parempuyre');
  expect(screen.getByLabelText('Identifiant')).toHaveValue('MARTEL-4821');
});

const toSignIn = async (fake = scenes.fresh()) => {
  const user = await openAt(fake);
  await user.type(await screen.findByRole('combobox', { name: 'Votre commune' }), 'Parempuyre');
  await screen.findByRole('option', { name: /Parempuyre/ });
  await user.keyboard('{Escape}');
  await user.click(screen.getByRole('button', { name: 'Continuer' }));
  await title('Se connecter – Parempuyre');
  return user;
};

test('every failure of sign-in has its sentence', async () => {
  const fake = scenes.fresh();
  const user = await toSignIn(fake);
  await user.type(screen.getByLabelText('Identifiant'), 'MARTEL-4821');
  await user.type(screen.getByLabelText('Code secret'), 'xyz');
  for (const code of Object.keys(failureSentences) as FailureCode[]) {
    fake.failWith('signIn', code, { retryAfter: 90, requestId: '01994a7c-1a2b-7c3d-8e4f-5a6b7c8d9e0f' });
    await user.click(screen.getByRole('button', { name: 'Se connecter' }));
    const sentence = (french as Record<string, string>)[failureSentences[code]] ?? '?';
    await screen.findByText(sentence.replace(/\s/g, ' '));
    const said = screen.getByRole('alert').textContent ?? '';
    expect(said).toContain('Réessayez dans 2 minutes.');
    expect(said.match(/Réessayez dans|Attendez|Patientez/g)).toHaveLength(1);
    const fault = code === 'serverFault' || code === 'internal';
    expect(said.includes('Référence à donner à la mairie'), code).toBe(fault);
    if (fault) expect(said).toMatch(/: 0199\s4a7c$/);
  }
});

test('what is missing is summed up, and each line leads to its field', async () => {
  const user = await toSignIn();
  await user.click(screen.getByRole('button', { name: 'Se connecter' }));
  const summary = await screen.findByRole('region', { name: '2 champs sont à corriger' });
  expect(summary).toHaveFocus();
  await user.click(within(summary).getByRole('button', { name: 'Saisissez votre code secret.' }));
  expect(screen.getByLabelText('Code secret')).toHaveFocus();
  expect(screen.getByLabelText('Code secret')).toHaveAccessibleDescription('Saisissez votre code secret.');
});

test('every empty field is counted at once, and a line that is mended says so', async () => {
  const user = await toSignIn(scenes.noKeychain());
  await user.click(screen.getByRole('button', { name: 'Se connecter' }));
  const summary = await screen.findByRole('region', { name: '3 champs sont à corriger' });
  expect(within(summary).getByRole('button', { name: 'Choisissez une phrase secrète.' })).toBeVisible();
  const identifiant = screen.getByLabelText('Identifiant');
  expect(identifiant).toBeInvalid();
  await user.type(identifiant, 'MARTEL-4821');
  expect(await screen.findByRole('region', { name: '2 champs sont à corriger' })).toHaveTextContent(
    /identifiant. Corrigé/,
  );
  expect(identifiant).toBeValid();
});

test('a passphrase that nobody can recover is typed twice', async () => {
  const fake = scenes.noKeychain();
  const user = await toSignIn(fake);
  await user.type(screen.getByLabelText('Identifiant'), 'MARTEL-4821');
  await user.type(screen.getByLabelText('Code secret'), 'Tilleul-33290');
  await user.type(screen.getByLabelText('Phrase secrète'), 'trois hiboux verts');
  await user.type(screen.getByLabelText('Phrase secrète, une seconde fois'), 'trois hiboux verts');
  await user.click(screen.getByRole('button', { name: 'Se connecter' }));
  await title('Bonjour Claire');
  expect(fake.calls.find(({ command }) => command === 'signIn')?.args.request).toMatchObject({
    keep: { type: 'passphrase', passphrase: 'trois hiboux verts' },
  });
});

test('a town that nobody knows is said in the page, and covers nothing', async () => {
  const user = await openAt(scenes.fresh());
  await title('Se connecter à l’espace famille');
  await user.keyboard('zzz');
  expect(await screen.findByRole('status')).toHaveTextContent('Aucune commune de ce nom.');
  expect(screen.queryByRole('listbox')).not.toBeInTheDocument();
  await user.click(screen.getByRole('button', { name: 'Continuer' }));
  expect(await screen.findByRole('combobox')).toHaveAccessibleDescription(/Aucune commune de ce nom/);
});

test.each(['once the list shows it', 'faster than the list'])('Enter takes the only town left, %s', async (when) => {
  const fake = scenes.fresh();
  const user = await openAt(fake);
  await title('Se connecter à l’espace famille');
  await user.keyboard('paremp');
  if (when === 'once the list shows it') await screen.findByRole('option', { name: /Parempuyre/ });
  await user.keyboard('{Enter}');
  await title('Se connecter – Parempuyre');
  expect(fake.calls.filter(({ command }) => command === 'connectTown')).toHaveLength(1);
});

test('the preferences and the statement lead back, with the town and the identifiant kept', async () => {
  const user = await toSignIn();
  await user.type(screen.getByLabelText('Identifiant'), 'MARTEL');
  await user.click(screen.getByRole('link', { name: 'Préférences' }));
  await title('Préférences');
  await user.click(screen.getByRole('link', { name: 'Accessibilité' }));
  await title('Déclaration d’accessibilité');
  await user.click(screen.getByRole('link', { name: 'Revenir' }));
  await title('Se connecter – Parempuyre');
  expect(screen.getByLabelText('Identifiant')).toHaveValue('MARTEL');
  await user.click(screen.getByRole('link', { name: 'Préférences' }));
  await title('Préférences');
  await user.click(screen.getByRole('link', { name: /^Parempuyre/ }));
  await title('Se connecter – Parempuyre');
});

test('a code that will not do is marked, rule by rule, together with what else is wrong', async () => {
  const user = await openAt(scenes.firstCode());
  await title('Choisissez votre code secret');
  const code = screen.getByLabelText('Nouveau code secret');
  expect(screen.queryByText(/pas encore/)).not.toBeInTheDocument();
  await user.type(code, 'tilleul');
  await user.type(screen.getByLabelText('Nouveau code secret, une seconde fois'), 'tilleu');
  await user.click(screen.getByRole('button', { name: 'Enregistrer mon code' }));
  expect(await screen.findByRole('region', { name: '2 champs sont à corriger' })).toBeVisible();
  expect(code).toHaveFocus();
  expect(code).toBeInvalid();
  expect(code).toHaveAccessibleDescription('Ce code ne respecte pas toutes les règles.');
  expect(screen.getAllByText(/– pas encore/)).toHaveLength(2);
  await user.clear(code);
  await user.type(code, 'Tilleul-33290');
  await waitFor(() => expect(code).toBeValid());
  expect(screen.getByLabelText('Nouveau code secret, une seconde fois')).toBeInvalid();
});

test('the code can be shown', async () => {
  const user = await toSignIn();
  expect(screen.getByLabelText('Code secret')).toHaveAttribute('type', 'password');
  await user.click(screen.getByRole('button', { name: /^Afficher/ }));
  expect(screen.getByLabelText('Code secret')).toHaveAttribute('type', 'text');
});

test('without a keychain the choice is explained, and a passphrase has a least length', async () => {
  const fake = scenes.noKeychain();
  const user = await toSignIn(fake);
  await user.type(screen.getByLabelText('Identifiant'), 'MARTEL-4821');
  await user.type(screen.getByLabelText('Code secret'), 'Tilleul-33290');
  await user.type(screen.getByLabelText('Phrase secrète'), 'court');
  await user.click(screen.getByRole('button', { name: 'Se connecter' }));
  const summary = await screen.findByRole('region', { name: '2 champs sont à corriger' });
  expect(within(summary).getByRole('button', { name: /^La phrase secrète est trop courte/ })).toBeVisible();
  expect(within(summary).getByRole('button', { name: /^Les deux phrases ne sont pas identiques/ })).toBeVisible();
  await user.click(screen.getByRole('radio', { name: /Ne rien garder/ }));
  expect(screen.queryByLabelText('Phrase secrète')).not.toBeInTheDocument();
  await user.click(screen.getByRole('button', { name: 'Se connecter' }));
  await title('Bonjour Claire');
  expect(fake.calls.find(({ command }) => command === 'signIn')?.args.request).toMatchObject({
    keep: { type: 'memoryOnly' },
  });
});

test('a keychain that turns out not to be there leaves the choice, and what was typed', async () => {
  const fake = scenes.fresh();
  const user = await toSignIn(fake);
  await user.type(screen.getByLabelText('Identifiant'), 'MARTEL-4821');
  expect(screen.queryByLabelText('Phrase secrète')).not.toBeInTheDocument();
  fake.session = scenes.noKeychain().session;
  const { emit } = await import('@tauri-apps/api/event');
  await emit('session-changed', null);
  await user.type(await screen.findByLabelText('Phrase secrète'), 'trois hiboux verts');
  await user.type(screen.getByLabelText('Phrase secrète, une seconde fois'), 'trois hiboux verts');
  expect(screen.getByLabelText('Identifiant')).toHaveValue('MARTEL-4821');
  await user.type(screen.getByLabelText('Code secret'), 'Tilleul-33290');
  await user.click(screen.getByRole('button', { name: 'Se connecter' }));
  await title('Bonjour Claire');
  expect(fake.calls.find(({ command }) => command === 'signIn')?.args.request).toMatchObject({
    keep: { type: 'passphrase', passphrase: 'trois hiboux verts' },
  });
});

test('« Je n’ai pas encore d’identifiant » is answered by the town', async () => {
  const user = await toSignIn();
  await user.click(screen.getByRole('link', { name: 'Je n’ai pas encore d’identifiant' }));
  await title('Je n’ai pas encore d’identifiant');
  expect(screen.getByText(/justificatif de domicile/)).toBeVisible();
});

test('the help line asks for the town, then gives its number', async () => {
  const fake = scenes.fresh();
  await openAt(fake);
  await title('Se connecter à l’espace famille');
  expect(screen.getByRole('contentinfo')).toHaveTextContent('Choisissez d’abord votre commune');
});
