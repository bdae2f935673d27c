import { screen, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import { openAt, title } from '../../../dev/render';
import { scenes } from '../../../dev/scenes';

const opens = /^Ouvrir l’espace\s: Claire Martel, Parempuyre/;

test('a damaged space says that it was set aside, and opens at the next try', async () => {
  const fake = scenes.profiles().failWith('openProfile', 'cacheDamaged');
  const user = await openAt(fake);
  await title('Choisissez votre espace');
  await user.click(screen.getByRole('button', { name: opens }));
  const dialog = await screen.findByRole('dialog');
  expect(await within(dialog).findByRole('alert')).toHaveTextContent(
    /étaient abîmées : elles ont été mises de côté\. Tout sera relu depuis la mairie\. Vérifiez ensuite que vos dernières demandes/,
  );
  fake.failures = {};
  await user.click(within(dialog).getByRole('button', { name: 'Ouvrir' }));
  await title('Bonjour Claire');
});

test('a space of a newer version says that it is untouched, and what to install', async () => {
  const user = await openAt(scenes.profiles().failWith('openProfile', 'cacheTooNew'));
  await title('Choisissez votre espace');
  await user.click(screen.getByRole('button', { name: opens }));
  const dialog = await screen.findByRole('dialog');
  expect(await within(dialog).findByRole('alert')).toHaveTextContent(
    /version plus récente de Préau\. Rien n’est perdu : tout est resté en place\. Installez la dernière version/,
  );
});
