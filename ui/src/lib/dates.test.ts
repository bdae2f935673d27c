import { expect, test } from 'vitest';
import { ago, longDay, longMonth, moment } from './dates';

test('days are written in full, the first of a month as French does', () => {
  expect(longDay('2026-10-19', 'fr')).toBe('19 octobre 2026');
  expect(longDay('2026-09-01', 'fr')).toBe('1er septembre 2026');
  expect(longDay('2026-09-01', 'en')).toBe('1 September 2026');
});

test('months have no day', () => {
  expect(longMonth('2026-01', 'fr')).toBe('janvier 2026');
});

test('moments are in the time of Paris, summer and winter', () => {
  expect(moment('2026-10-19T06:05:00Z', 'fr')).toBe('lundi 19 octobre 2026 à 8\u00a0h\u00a005');
  expect(moment('2026-12-31T23:30:00Z', 'fr')).toBe('vendredi 1er janvier 2027 à 0\u00a0h\u00a030');
});

test('how long ago, from minutes to days', () => {
  const now = Date.parse('2026-10-19T08:00:00Z');
  expect(ago('2026-10-19T07:59:30Z', now, 'fr')).toBeNull();
  expect(ago('2026-10-19T07:58:00Z', now, 'fr')).toMatch(/^il y a 2\s?min$/);
  expect(ago('2026-10-19T05:00:00Z', now, 'fr')).toMatch(/^il y a 3\s?h$/);
  expect(ago('2026-10-16T05:00:00Z', now, 'fr')).toMatch(/^il y a 3\s?j$/);
});
