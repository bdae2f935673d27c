/** The whole application over a fake backend, for tests that see what a person sees. */
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import axe from 'axe-core';
import { App } from '../src/app/App';
import { start } from '../src/app/start';
import { type FakeBackend, install } from './fakeBackend';

export async function openAt(fake: FakeBackend, path = '/') {
  install(fake);
  globalThis.location.hash = `#${path}`;
  const client = await start();
  render(<App client={client} />);
  return userEvent.setup();
}

/** The page's title, once the page is there. */
export const title = (name: string | RegExp) => screen.findByRole('heading', { level: 1, name });

/** What axe finds, in words. Contrast needs a real browser: it is measured in the window. */
export async function violations(): Promise<string[]> {
  const { violations: found } = await axe.run(document, {
    rules: { 'color-contrast': { enabled: false } },
  });
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}
