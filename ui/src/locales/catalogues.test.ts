import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const here = import.meta.dirname;

function read(locale: string): Map<string, string> {
  const messages = new Map<string, string>();
  for (const file of readdirSync(join(here, locale)).filter((name) => name.endsWith('.json'))) {
    for (const [id, text] of Object.entries<string>(JSON.parse(readFileSync(join(here, locale, file), 'utf8')))) {
      expect(messages.has(id), `${id} is written twice`).toBe(false);
      messages.set(id, text);
    }
  }
  return messages;
}

const french = read('fr');
const english = read('en');

/** Names between braces: « {count, plural, … » and « {name} » alike. */
const values = (text: string): string[] =>
  [...new Set([...text.matchAll(/\{(\w+)(?=[,}])/g)].map(([, name]) => name ?? ''))].sort();

function sources(folder: string): string {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !name.includes('locales'))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n');
}

test('French and English say the same things', () => {
  expect([...english.keys()].sort()).toEqual([...french.keys()].sort());
});

test('no message is empty', () => {
  for (const [id, text] of [...french, ...english]) expect(text.trim(), id).not.toBe('');
});

test('both languages use the same values', () => {
  for (const [id, text] of french) expect(values(english.get(id) ?? ''), id).toEqual(values(text));
});

test('French keeps its spaces and apostrophes', () => {
  const guide = new Set(['details.toStep2']);
  for (const [id, text] of french) {
    expect(text, id).not.toMatch(/[^\u202f\u00a0](?=[?!;»])(?<![?!])/u);
    if (!guide.has(id)) expect(text, id).not.toContain("'");
  }
});

test('every message is used', () => {
  const code = sources(join(here, '..'));
  // Ids built from a value of the contract.
  const built = /^details\.(field|part)\./;
  for (const id of french.keys()) {
    if (!built.test(id)) expect(code.includes(`'${id}'`), `${id} is used nowhere`).toBe(true);
  }
});
