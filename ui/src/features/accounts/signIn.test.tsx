import { screen, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import { openAt, title } from '../../../dev/render';
import { scenes } from '../../../dev/scenes';
import { failureSentences } from '../../lib/failures';
import type { FailureCode } from '../../lib/ipc';
import french from '../../locales/fr/failures.json';

test('from the town to the home page with the keyboard alone, choosing a first code', async () => {
  const fake = scenes.fresh();
  const user = await openAt(fake);
  await title('Se connecter à l’espace famille');

  await user.tab();
  while (document.activeElement?.getAttribute('role') !== 'combobox') await user.tab();
  await user.keyboard('parem');
  await screen.findByRole('option', { name: /Parempuyre/ });
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
  expect(await screen.findAllByText(/\(respecté\)/)).toHaveLength(3);
  while (document.activeElement !== screen.getByLabelText('Nouveau code secret, une seconde fois')) await user.tab();
  await user.keyboard('Tilleul-33290{Enter}');

  await title('Bonjour Claire');
  expect(document.title).toBe('Accueil – Parempuyre – Préau');
  const sent = fake.calls.find(({ command }) => command === 'signIn')?.args.request;
  expect(sent).toEqual({
    slug: 'parempuyre',
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
    fake.failWith('signIn', code, { retryAfter: 90, requestId: 'req-1' });
    await user.click(screen.getByRole('button', { name: 'Se connecter' }));
    const sentence = (french as Record<string, string>)[failureSentences[code]] ?? '?';
    await screen.findByText(sentence.replace(/\s/g, ' '));
    expect(screen.getByRole('alert')).toHaveTextContent('Réessayez dans 2 minutes.');
    expect(screen.getByRole('alert')).toHaveTextContent('req-1');
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
  expect(await screen.findByRole('region', { name: 'Un champ est à corriger' })).toBeVisible();
  await user.click(screen.getByRole('radio', { name: /Ne rien garder/ }));
  expect(screen.queryByLabelText('Phrase secrète')).not.toBeInTheDocument();
  await user.click(screen.getByRole('button', { name: 'Se connecter' }));
  await title('Bonjour Claire');
  expect(fake.calls.find(({ command }) => command === 'signIn')?.args.request).toMatchObject({
    keep: { type: 'memoryOnly' },
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
