/** Days of a grid and of an agenda, as people read them. */
import type { Locale } from '../../lib/i18n';

const tags: Record<Locale, string> = { fr: 'fr-FR', en: 'en-GB' };
const noon = (day: string): Date => new Date(`${day}T12:00:00Z`);
const cache = new Map<string, Intl.DateTimeFormat>();

function format(locale: Locale, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = locale + JSON.stringify(options);
  const known = cache.get(key) ?? new Intl.DateTimeFormat(tags[locale], { timeZone: 'UTC', ...options });
  cache.set(key, known);
  return known;
}

const first = (locale: Locale, text: string): string =>
  locale === 'fr' ? text.replace(/\b1 (?=\p{L})/u, '1er ') : text;

/** `2026-10-19` → « lundi 19 octobre ». */
export const weekdayDay = (day: string, locale: Locale): string =>
  first(locale, format(locale, { weekday: 'long', day: 'numeric', month: 'long' }).format(noon(day)));

/** `2026-10-19` → « 19 octobre ». */
export const shortDay = (day: string, locale: Locale): string =>
  first(locale, format(locale, { day: 'numeric', month: 'long' }).format(noon(day)));

/** `2026-10` → « octobre 2026 ». */
export const monthName = (month: string, locale: Locale): string =>
  format(locale, { month: 'long', year: 'numeric' }).format(noon(`${month}-01`));

/** « lundi », from Monday on. */
export const weekdayNames = (locale: Locale, weekday: 'long' | 'short'): string[] =>
  [5, 6, 7, 8, 9, 10, 11].map((day) =>
    format(locale, { weekday }).format(noon(`2026-01-${String(day).padStart(2, '0')}`)),
  );

export function addDays(day: string, days: number): string {
  const at = noon(day);
  at.setUTCDate(at.getUTCDate() + days);
  return at.toISOString().slice(0, 10);
}

/** Monday is 0. */
const weekdayOf = (day: string): number => (noon(day).getUTCDay() + 6) % 7;
export const mondayOf = (day: string): string => addDays(day, -weekdayOf(day));

/** The weeks that a month shows: each a Monday. */
export function weeksOf(month: string): string[] {
  const weeks: string[] = [];
  for (let monday = mondayOf(`${month}-01`); monday.slice(0, 7) <= month; monday = addDays(monday, 7))
    weeks.push(monday);
  return weeks;
}

export function addMonths(month: string, months: number): string {
  const at = noon(`${month}-01`);
  at.setUTCMonth(at.getUTCMonth() + months);
  return at.toISOString().slice(0, 7);
}
