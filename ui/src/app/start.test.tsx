import { emit } from '@tauri-apps/api/event';
import { render, screen, waitFor } from '@testing-library/react';
import { expect, test } from 'vitest';
import { type FakeBackend, install } from '../../dev/fakeBackend';
import { openAt, title } from '../../dev/render';
import { scenes } from '../../dev/scenes';
import { App } from './App';
import { start } from './start';

const asked = (fake: FakeBackend) => fake.calls.map(({ command }) => command);

test('what does not need another answer is asked for at once', async () => {
  const fake = scenes.open();
  install(fake);
  const answer = fake.hold('preferences');
  const started = start();
  await waitFor(() => expect(asked(fake)).toContain('home'));
  expect(asked(fake)).toEqual(expect.arrayContaining(['preferences', 'kiosk', 'session', 'home']));
  answer();
  await started;
});

test('the first picture waits for no space, and for no words of notifications', async () => {
  const fake = scenes.open();
  fake.hold('setNotificationWords');
  const answer = fake.hold('session');
  await openAt(fake);
  expect(screen.queryByRole('heading', { level: 1, name: 'Bonjour Claire' })).not.toBeInTheDocument();
  answer();
  await title('Bonjour Claire');
});

test('a space that is not open is not read', async () => {
  const fake = scenes.locked();
  await openAt(fake);
  await title('Espace verrouillé');
  expect(asked(fake)).not.toContain('home');
});

test('what changes before the first picture is on it', async () => {
  const fake = scenes.open();
  install(fake);
  const answer = fake.hold('home');
  const client = await start();
  await waitFor(() => expect(asked(fake)).toContain('home'));
  fake.todo = [{ type: 'addressMissing' }];
  await emit('data-changed', { topics: ['family'] });
  render(<App client={client} />);
  // What was asked before is older.
  answer();
  expect(await screen.findByText(/adresse postale/)).toBeVisible();
});

test('without preferences the defaults hold, and a question that fails is the page’s to tell', async () => {
  const fake = scenes.open().failWith('preferences', 'internal').failWith('home', 'internal');
  await openAt(fake);
  expect(await screen.findByRole('alert')).toHaveTextContent('L’application a rencontré une erreur');
  expect(document.documentElement.lang).toBe('fr');
});
