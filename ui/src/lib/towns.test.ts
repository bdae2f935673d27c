import { expect, test } from 'vitest';
import { townNamed } from './towns';

const town = (name: string, postcode: string) => ({ slug: `${name}-${postcode}`, name, postcode });

test('the only town of a name, by table', () => {
  const [saintPaul, saintPaulEnJarez, saintPaul2] = [
    town('Saint-Paul', '33390'),
    town('Saint-Paul-en-Jarez', '42740'),
    town('Saint-Paul', '87260'),
  ];
  for (const [name, found, expected] of [
    ['saint-paul', [saintPaul, saintPaulEnJarez], saintPaul],
    ['Saint-Paul', [saintPaul, saintPaul2], undefined],
    ['Saint', [saintPaul, saintPaulEnJarez], undefined],
    ['Saint-Paul-en', [saintPaulEnJarez], saintPaulEnJarez],
    ['Atlantide', [], undefined],
  ] as const) {
    expect(townNamed(name, found), name).toBe(expected);
  }
});
