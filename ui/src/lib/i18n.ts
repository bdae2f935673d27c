/** Typed access to the message catalogues. French is the source; English is complete. */
import { i18n } from '@lingui/core';
import { useLingui } from '@lingui/react';
import { useCallback } from 'react';
import type about from '../locales/fr/about.json';
import type accounts from '../locales/fr/accounts.json';
import type details from '../locales/fr/details.json';
import type failures from '../locales/fr/failures.json';
import type family from '../locales/fr/family.json';
import type frame from '../locales/fr/frame.json';
import type kiosk from '../locales/fr/kiosk.json';
import type preferences from '../locales/fr/preferences.json';
import type reservations from '../locales/fr/reservations.json';
import type sync from '../locales/fr/sync.json';

export type MessageId = keyof (typeof about &
  typeof accounts &
  typeof details &
  typeof failures &
  typeof family &
  typeof frame &
  typeof kiosk &
  typeof preferences &
  typeof reservations &
  typeof sync);

type Values = Record<string, string | number>;
export type Text = (id: MessageId, values?: Values) => string;
export type Locale = 'fr' | 'en';

const loaders: Record<Locale, () => Promise<{ messages: Parameters<typeof i18n.load>[1] }>> = {
  fr: () => import('../locales/fr'),
  en: () => import('../locales/en'),
};

/** Loads a language (once) and makes it the one in use. */
export async function speak(locale: Locale): Promise<void> {
  const { messages } = await loaders[locale]();
  i18n.loadAndActivate({ locale, messages });
  document.documentElement.lang = locale;
}

/** The language in use and its sentences. */
export function useText(): { t: Text; locale: Locale } {
  const { i18n: active } = useLingui();
  const locale: Locale = active.locale === 'en' ? 'en' : 'fr';
  // biome-ignore lint/correctness/useExhaustiveDependencies: the same `active` object changes its catalogue with the locale.
  const t = useCallback<Text>((id, values) => active._(id, values), [active, locale]);
  return { t, locale };
}
