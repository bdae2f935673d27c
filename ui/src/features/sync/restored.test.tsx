import { screen, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import { openAt, title } from '../../../dev/render';
import { scenes } from '../../../dev/scenes';

const line = (name: string) => {
  const item = screen.getByRole('heading', { level: 3, name }).closest('li');
  if (!item) throw new Error(`no line ${name}`);
  return within(item);
};

test('what a restore changed says what it was, what it is and what to do', async () => {
  await openAt(scenes.restored(), '/synchronisation');
  const section = within(await screen.findByRole('region', { name: 'A CHANGÉ, À LIRE' }));
  expect(section.getAllByRole('heading', { level: 3 })).toHaveLength(2);
  expect(screen.queryByRole('region', { name: 'REFUSÉ, À LIRE' })).not.toBeInTheDocument();
  expect(screen.getByText(/une sauvegarde : 2 demandes ne sont plus comme nous vous l’avions dit/)).toBeVisible();
  const moving = line('Adresse postale');
  expect(moving.getByText('en attente de validation')).toBeVisible();
  expect(moving.getByText(/^Elle avait été acceptée, .*de nouveau en attente.*rien à refaire/)).toBeVisible();
  const landline = line('Téléphone fixe ou professionnel – Claire Martel');
  expect(landline.getByText('refusé')).toBeVisible();
  expect(landline.getByText(/^Elle avait été acceptée, .*pas d’effet.*refaites-la/)).toBeVisible();
  expect(screen.getByText(/^Rien à envoyer/)).toBeVisible();
});

test('it stays to be read until somebody has read it, and written afterwards', async () => {
  const fake = scenes.restored();
  const user = await openAt(fake, '/synchronisation');
  await screen.findByRole('region', { name: 'A CHANGÉ, À LIRE' });
  await user.click(screen.getByRole('button', { name: /^J’ai compris\s: Adresse postale/ }));
  const arrived = within(await screen.findByRole('region', { name: /^ARRIVÉ À LA MAIRIE/ }));
  expect(arrived.getByText(/^Elle avait été acceptée/)).toBeVisible();
  expect(arrived.queryByRole('button', { name: /^J’ai compris/ })).not.toBeInTheDocument();
  expect(fake.calls.find(({ command }) => command === 'acknowledgeRefusal')?.args).toEqual({ opId: 'op-1' });
});

test('the home page leads there', async () => {
  const user = await openAt(scenes.restored());
  await title('Bonjour Claire');
  await user.click(await screen.findByRole('link', { name: /2 demandes ne sont plus comme nous vous l’avions dit/ }));
  await title('Synchronisation');
});
