import { expect, test } from 'vitest';
import { money } from './money';

test.each([
  [8420, 'fr', '84,20\u202f€'],
  [0, 'fr', '0,00\u202f€'],
  [123456, 'fr', '1\u202f234,56\u202f€'],
  [8420, 'en', '€84.20'],
] as const)('%i cents in %s', (cents, locale, text) => {
  expect(money(cents, locale)).toBe(text);
});
