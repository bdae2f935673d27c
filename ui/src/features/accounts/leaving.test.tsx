/** Leaving a space that only memory holds: said before, whichever way one leaves. */
import { emit } from '@tauri-apps/api/event';
import { screen, waitFor, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import type { FakeBackend } from '../../../dev/fakeBackend';
import { openAt, title } from '../../../dev/render';
import { lockedProfile } from '../../../dev/sampleData';
import { scenes } from '../../../dev/scenes';

const lost = /2 demandes ne sont pas encore envoyées\s: elles seront perdues\./;

const inMemory = async () => {
  const fake = scenes.offline();
  if (fake.session.type === 'open') {
    fake.session.profile = { ...fake.session.profile, protection: 'memoryOnly' };
    fake.session.others = [{ ...lockedProfile, protection: 'keychain' }];
  }
  const user = await openAt(fake);
  await title('Bonjour Claire');
  return { fake, user };
};

const asked = (fake: FakeBackend, command: string) => fake.calls.filter((call) => call.command === command).length;

test('closing the window asks, says so to the shell, and closes only then', async () => {
  const { fake, user } = await inMemory();
  await emit('close-asked', null);
  const question = await screen.findByRole('alertdialog');
  expect(question).toHaveTextContent(lost);
  await waitFor(() => expect(asked(fake, 'closeQuestionShown')).toBe(1));
  await user.click(within(question).getByRole('button', { name: 'Non, garder' }));
  await waitFor(() => expect(screen.queryByRole('alertdialog')).not.toBeInTheDocument());
  expect(asked(fake, 'closeWindow')).toBe(0);

  await emit('close-asked', null);
  const again = await screen.findByRole('alertdialog');
  expect(asked(fake, 'closeQuestionShown')).toBe(2);
  await user.click(within(again).getByRole('button', { name: 'Fermer et tout effacer' }));
  await waitFor(() => expect(asked(fake, 'closeWindow')).toBe(1));
});

test('a space that waits behind the choice of a first code is asked about too', async () => {
  const fake = scenes.firstCode();
  await openAt(fake);
  await title('Choisissez votre code secret');
  await emit('close-asked', null);
  expect(await screen.findByRole('alertdialog')).toHaveTextContent(/tout en sera effacé/);
  await waitFor(() => expect(asked(fake, 'closeQuestionShown')).toBe(1));
  expect(asked(fake, 'closeWindow')).toBe(0);
});

test('going to another space says how much is lost', async () => {
  const { user } = await inMemory();
  await user.click(screen.getByRole('button', { name: 'Claire Martel' }));
  await user.click(await screen.findByRole('menuitem', { name: 'Blanquefort' }));
  expect(await screen.findByRole('dialog')).toHaveTextContent(lost);
});
