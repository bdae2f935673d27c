/** Amounts as people read them: cents → « 84,20 € », with a narrow space that never breaks. */
import type { Locale } from './i18n';

const formats: Record<Locale, Intl.NumberFormat> = {
  fr: new Intl.NumberFormat('fr-FR', { style: 'currency', currency: 'EUR' }),
  en: new Intl.NumberFormat('en-IE', { style: 'currency', currency: 'EUR' }),
};

export const money = (cents: number, locale: Locale): string =>
  formats[locale].format(cents / 100).replace(/[\u00a0\u202f]/g, '\u202f');
