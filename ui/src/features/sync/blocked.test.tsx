import { screen, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import { openAt } from '../../../dev/render';
import { scenes } from '../../../dev/scenes';

const says = /^Le serveur ne parvient pas à traiter cette demande\. .*abandonnez-la et appelez le numéro/;

test('a request that the server cannot take says so, and what to do', async () => {
  await openAt(scenes.blocked(), '/synchronisation');
  const line = (await screen.findAllByRole('heading', { level: 3, name: 'Adresse postale' }))[0]?.closest('li');
  if (!line) throw new Error('no line');
  expect(within(line).getByText('bloqué')).toBeVisible();
  expect(within(line).getByText(says)).toBeVisible();
  expect(within(line).getByRole('button', { name: /^Abandonner/ })).toBeVisible();
  expect(within(line).getByRole('button', { name: /^Réessayer maintenant/ })).toBeVisible();
  expect(screen.getByText(/Le serveur ne parvient pas à traiter une demande\. Les autres partent/)).toBeVisible();
  expect(screen.getByRole('link', { name: /Attention requise/ })).toBeVisible();
});

test('what waits behind it, or to be given up, says so', async () => {
  await openAt(scenes.blocked(), '/synchronisation');
  expect(await screen.findByText('en attente de son tour')).toBeVisible();
  expect(screen.getByText(/Une demande précédente sur la même information est bloquée/)).toBeVisible();
  expect(screen.getByText('abandon demandé')).toBeVisible();
});

test('the form says the same of it', async () => {
  await openAt(scenes.blocked(), '/coordonnees');
  expect(await screen.findByText('bloqué')).toBeVisible();
  expect(screen.getByText(says)).toBeVisible();
});
