/** Dates as people read them. The town's time is Europe/Paris wherever the computer is. */
import type { Locale } from './i18n';

const timeZone = 'Europe/Paris';
const tags: Record<Locale, string> = { fr: 'fr-FR', en: 'en-GB' };

/** A `YYYY-MM-DD` as noon in universal time: the same day in Paris, summer and winter. */
const noon = (day: string): Date => new Date(`${day}T12:00:00Z`);

/** « 1 septembre 2026 » becomes « 1er septembre 2026 », as French writes the first of a month. */
const first = (locale: Locale, text: string): string =>
  locale === 'fr' ? text.replace(/\b1 (?=\p{L})/u, '1er ') : text;

/** `2026-10-19` → « 19 octobre 2026 ». */
export function longDay(day: string, locale: Locale): string {
  const format = new Intl.DateTimeFormat(tags[locale], { timeZone, day: 'numeric', month: 'long', year: 'numeric' });
  return first(locale, format.format(noon(day)));
}

/** `2026-09` → « septembre 2026 ». */
export function longMonth(month: string, locale: Locale): string {
  return new Intl.DateTimeFormat(tags[locale], { timeZone, month: 'long', year: 'numeric' }).format(
    noon(`${month}-01`),
  );
}

/** A moment (RFC 3339) → « lundi 19 octobre 2026 à 8 h 05 ». */
export function moment(instant: string, locale: Locale): string {
  const at = new Date(instant);
  const day = new Intl.DateTimeFormat(tags[locale], { timeZone, dateStyle: 'full' }).format(at);
  const [hour = '', minute = ''] = new Intl.DateTimeFormat('en-GB', { timeZone, timeStyle: 'short' })
    .format(at)
    .split(':');
  if (locale === 'en') return `${day}, ${hour}:${minute}`;
  return `${first(locale, day)} à ${Number(hour)}\u00a0h\u00a0${minute}`;
}

/** How long ago, in whole minutes, hours or days: « il y a 2 min », or in whole words. Nothing under a minute. */
export function ago(instant: string, now: number, locale: Locale, style: 'short' | 'long' = 'short'): string | null {
  const minutes = Math.floor((now - Date.parse(instant)) / 60_000);
  if (minutes < 1) return null;
  const format = new Intl.RelativeTimeFormat(tags[locale], { style, numeric: 'always' });
  if (minutes < 60) return format.format(-minutes, 'minute');
  if (minutes < 60 * 24) return format.format(-Math.floor(minutes / 60), 'hour');
  return format.format(-Math.floor(minutes / (60 * 24)), 'day');
}
