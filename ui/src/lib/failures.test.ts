import { expect, test } from 'vitest';
import en from '../locales/en/failures.json';
import fr from '../locales/fr/failures.json';
import { asFailure, failureSentences, refusalSentence, troubleSentences } from './failures';

test('each failure has a sentence of its own, in both languages', () => {
  const ids = Object.values(failureSentences);
  for (const texts of [fr, en] as Record<string, string>[]) {
    expect(new Set(ids.map((id) => texts[id])).size).toBe(ids.length);
  }
});

test('each trouble has a sentence of its own', () => {
  const ids = Object.values(troubleSentences);
  expect(new Set(ids).size).toBe(ids.length);
});

test('a sentence says what happened and what to do, without jargon', () => {
  for (const [id, text] of Object.entries(fr)) {
    if (id === 'failure.reference' || id === 'failure.retryAfter') continue;
    expect(text, id).toMatch(/\.$/);
    expect(text, id).not.toMatch(/\b(HTTP|TLS|JSON|SQL|token|API|cache)\b/i);
  }
});

test('the codes of the server are known, and an unknown one is answered honestly', () => {
  expect(refusalSentence('stale_value')).toBe('refusal.stale');
  expect(refusalSentence('already_waiting')).toBe('refusal.alreadyWaiting');
  expect(refusalSentence('something_of_next_year')).toBe('refusal.unknown');
  expect(refusalSentence('toString')).toBe('refusal.unknown');
});

test('whatever is thrown becomes a failure', () => {
  expect(asFailure({ code: 'busy', retryAfter: 30, requestId: 'r1' })).toEqual({
    code: 'busy',
    retryAfter: 30,
    requestId: 'r1',
  });
  expect(asFailure(new Error('boom')).code).toBe('internal');
  expect(asFailure({ code: 'EPIPE' }).code).toBe('internal');
});
