/** What somebody else does while the form is open. */
import { emit } from '@tauri-apps/api/event';
import { screen, waitFor, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import type { FakeBackend } from '../../../../dev/fakeBackend';
import { openAt, title } from '../../../../dev/render';
import { change } from '../../../../dev/sampleData';
import { scenes } from '../../../../dev/scenes';

const field = async (label: RegExp) =>
  within(await screen.findByRole('region', { name: 'Claire Martel' })).getByLabelText(label);

/** The record changes, and the window hears of it. */
async function elsewhere(fake: FakeBackend, changed: Partial<(typeof fake.details.adults)[number]>): Promise<void> {
  const [claire, ...others] = fake.details.adults;
  if (!claire) throw new Error('no adult');
  fake.details = { ...fake.details, adults: [{ ...claire, ...changed }, ...others] };
  await emit('data-changed', { topics: ['family'] });
}

const asked = (fake: FakeBackend, command: string) =>
  fake.calls.filter((call) => call.command === command).map(({ args }) => args.request);

async function toStep2(fake: FakeBackend) {
  const user = await openAt(fake, '/coordonnees');
  const phone = await field(/^Téléphone mobile/);
  await user.clear(phone);
  await user.type(phone, '06 00 11 22 33');
  await user.click(screen.getByRole('button', { name: "ALLER À L'ÉTAPE 2" }));
  await title('Vérifiez vos changements');
  await screen.findByRole('button', { name: 'VALIDER' });
  return user;
}

test('only what was touched is sent, with what was shown', async () => {
  const fake = scenes.open();
  const user = await toStep2(fake);
  await elsewhere(fake, { email: 'claire@ailleurs.fr' });
  await user.click(screen.getByRole('button', { name: 'VALIDER' }));
  await title('Modifier mes coordonnées');
  expect(asked(fake, 'changeDetails')).toEqual([
    {
      address: null,
      adults: [{ personId: 'claire', field: 'mobilePhone', shown: '06 12 34 56 78', typed: '06 00 11 22 33' }],
    },
  ]);
  expect(await field(/^E-mail/)).toHaveValue('claire@ailleurs.fr');
});

test('a value that changed under one’s eyes is told at VALIDER, and nothing is sent', async () => {
  const fake = scenes.open();
  const user = await toStep2(fake);
  await elsewhere(fake, { mobilePhone: '06 99 99 99 99' });
  await user.click(screen.getByRole('button', { name: 'VALIDER' }));

  await title('Modifier mes coordonnées');
  expect(await screen.findByText('Rien n’a été envoyé')).toBeVisible();
  expect(fake.outbox).toEqual([]);
  const summary = screen.getByRole('region', { name: 'Un champ est à corriger' });
  expect(summary).toHaveFocus();
  expect(summary).toHaveTextContent(
    /Téléphone mobile – Claire Martel\s: la mairie note maintenant\s: 06 99 99 99 99\./,
  );
  const phone = await field(/^Téléphone mobile/);
  expect(phone).toHaveValue('06 00 11 22 33');
  // What is typed is read again meanwhile: it stays told.
  const previews = asked(fake, 'previewDetails').length;
  await user.type(phone, '{Backspace}3');
  await waitFor(() => expect(asked(fake, 'previewDetails').length).toBeGreaterThan(previews));
  expect(phone).toHaveAccessibleDescription(/La mairie note maintenant/);

  await user.click(screen.getByRole('button', { name: "ALLER À L'ÉTAPE 2" }));
  await title('Vérifiez vos changements');
  const line = (await screen.findByRole('heading', { name: 'Téléphone mobile – Claire Martel' })).closest('li');
  expect(line).toHaveTextContent('Aujourd’hui06 99 99 99 99Nouveau06 00 11 22 33');
  await user.click(screen.getByRole('button', { name: 'VALIDER' }));
  expect(await screen.findByText('C’est noté.')).toBeVisible();
});

test('an address changed elsewhere keeps the lines one did not touch as they are by now', async () => {
  const fake = scenes.open();
  const user = await openAt(fake, '/coordonnees');
  const complement = await screen.findByLabelText(/^Complément/);
  await user.clear(complement);
  await user.type(complement, 'Escalier 3');
  const address = { street: '9 Rue du Bac', complement: 'Bâtiment B', postcode: '33320', city: 'Eysines' };
  fake.details = { ...fake.details, address };
  await user.click(screen.getByRole('button', { name: "ALLER À L'ÉTAPE 2" }));
  expect(await screen.findByText(/la mairie note maintenant\s: 9 Rue du Bac, Bâtiment B, 33320 Eysines/)).toBeVisible();
  expect(screen.getByRole('combobox', { name: 'Numéro et rue' })).toHaveValue('9 Rue du Bac');
  expect(screen.getByLabelText(/^Complément/)).toHaveValue('Escalier 3');
});

test('a change that somebody else asked for meanwhile is told', async () => {
  const fake = scenes.open();
  const user = await toStep2(fake);
  const waiting = change('mobilePhone', '06 12 34 56 78', '06 77 77 77 77', { type: 'awaitsTown' });
  fake.details = { ...fake.details, waiting: [waiting] };
  await user.click(screen.getByRole('button', { name: 'VALIDER' }));
  await title('Modifier mes coordonnées');
  expect(await screen.findByText(/un changement attend déjà une réponse\s: 06 77 77 77 77\./)).toBeVisible();
  expect(fake.outbox).toEqual([]);
});

test('a field typed back to what it showed follows the record again', async () => {
  const fake = scenes.open();
  const user = await openAt(fake, '/coordonnees');
  const email = await field(/^E-mail/);
  await user.type(email, 'x');
  await user.type(email, '{Backspace}');
  await elsewhere(fake, { email: 'claire@ailleurs.fr' });
  expect(await screen.findByDisplayValue('claire@ailleurs.fr')).toBeVisible();
});

test('whatever waits can be given up where it is shown', async () => {
  const fake = scenes.attention();
  const user = await openAt(fake, '/coordonnees');
  await user.click(await screen.findByRole('button', { name: /^Abandonner\s: E-mail – Karim Daoud/ }));
  const question = await screen.findByRole('alertdialog');
  expect(question).toHaveTextContent('La mairie l’a reçue. Nous lui demanderons de ne pas en tenir compte');
  await user.click(within(question).getByRole('button', { name: 'Abandonner la demande' }));
  expect(await screen.findByText('Abandon demandé : nous attendons la réponse de la mairie.')).toBeVisible();
  expect(fake.calls.find(({ command }) => command === 'giveUp')?.args).toEqual({
    opId: 'change-email-awaitsConfirmation',
  });
  expect(screen.queryByRole('button', { name: /^Abandonner\s: E-mail/ })).not.toBeInTheDocument();
});
