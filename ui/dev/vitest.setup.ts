import '@testing-library/jest-dom/vitest';
import { cleanup, configure } from '@testing-library/react';
import { afterEach } from 'vitest';

// A busy machine is not a fault of the page.
configure({ asyncUtilTimeout: 5_000 });

// What jsdom lacks and the interface calls.
globalThis.scrollTo = () => undefined;
Element.prototype.scrollIntoView = () => undefined;
globalThis.CSS ??= {} as typeof CSS;
CSS.escape ??= (text: string) => text.replace(/[^\w-]/g, (sign) => `\\${sign}`);

afterEach(async () => {
  cleanup();
  // The listeners leave the fake bridge before the next test puts another in its place.
  await new Promise((done) => setTimeout(done));
});
