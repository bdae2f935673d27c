import { expect, test } from 'vitest';
import { communeAccent, contrast } from './accent';

test('contrast is the ratio of WCAG', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21);
  expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
  expect(contrast('#ffffff', '#ffffff')).toBe(1);
});

test('a readable accent is taken, with a soft colour of its own', () => {
  expect(communeAccent('#1F5A94')).toEqual({ accent: '#1f5a94', soft: '#e4ebf2' });
});

test('a pale accent is not taken', () => {
  expect(communeAccent('#f2b705')).toBeNull();
});

test('an accent that reads on white but not on paper is not taken', () => {
  expect(contrast('#767676', '#ffffff')).toBeGreaterThan(4.5);
  expect(communeAccent('#767676')).toBeNull();
});

test('what is not a colour is not taken', () => {
  expect(communeAccent('green')).toBeNull();
  expect(communeAccent('#12345')).toBeNull();
  expect(communeAccent(null)).toBeNull();
});
