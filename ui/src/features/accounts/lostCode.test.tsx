import { screen, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import { openAt, title, violations } from '../../../dev/render';
import { scenes } from '../../../dev/scenes';

test('a lost code is asked from sign-in, with one answer for everybody', async () => {
  const fake = scenes.fresh();
  const user = await openAt(fake);
  await user.type(await screen.findByRole('combobox', { name: 'Votre commune' }), 'Parempuyre');
  await user.click(await screen.findByRole('option', { name: /Parempuyre/ }));
  await title('Se connecter – Parempuyre');
  await user.type(screen.getByLabelText('Identifiant'), 'MARTEL-4821');
  await user.click(screen.getByRole('link', { name: /Code secret oublié/ }));
  await title('Code secret oublié');
  expect(screen.getByLabelText('Identifiant')).toHaveValue('MARTEL-4821');
  await user.clear(screen.getByLabelText('Identifiant'));
  await user.click(screen.getByRole('button', { name: 'Recevoir un lien' }));
  expect(screen.getByText('Saisissez votre identifiant.')).toBeVisible();
  await user.type(screen.getByLabelText('Identifiant'), ' inconnu {Enter}');
  expect(await screen.findByText(/celui d’un compte qui a une adresse connue de la mairie/)).toBeVisible();
  expect(screen.getByText(/Appelez\s: Pôle enfance jeunesse, 05 56 95 56 12\. Une nouvelle lettre/)).toBeVisible();
  expect(await violations()).toEqual([]);
  expect(fake.calls.find(({ command }) => command === 'askLostCode')?.args.request).toEqual({
    slug: 'parempuyre',
    invitation: null,
    identifiant: 'inconnu',
  });
  await user.click(screen.getByRole('button', { name: 'Revenir à la connexion' }));
  await title('Se connecter – Parempuyre');
});

test('too many askings are told, and nothing is claimed', async () => {
  const user = await openAt(scenes.again().failWith('askLostCode', 'tooManyAttempts', { retryAfter: 60 }));
  await user.click(await screen.findByRole('button', { name: 'Se reconnecter' }));
  const dialog = within(await screen.findByRole('dialog'));
  await user.click(await dialog.findByRole('button', { name: /Code secret oublié/ }));
  await user.click(dialog.getByRole('button', { name: 'Recevoir un lien' }));
  expect(await dialog.findByRole('alert')).toHaveTextContent('trop d’essais');
  expect(dialog.queryByText('C’est demandé.')).not.toBeInTheDocument();
});
