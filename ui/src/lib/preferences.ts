import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { nowKnown } from './freshness';
import { speak } from './i18n';
import { backend, type Preferences } from './ipc';
import { handOverNotifications } from './notifications';

export const preferencesKey = ['preferences'] as const;

/** Puts colours, text size, spacing and typeface on the document; the styles do the rest. */
export function applyPreferences(preferences: Preferences): void {
  const { documentElement: page } = document;
  page.dataset.theme = preferences.theme;
  page.dataset.typeface = preferences.typeface;
  page.dataset.spacing = preferences.spacing ? 'wide' : 'normal';
  page.style.fontSize = `${preferences.textSize}%`;
}

export function usePreferences() {
  return useQuery({ queryKey: preferencesKey, queryFn: backend.preferences });
}

/** Runs what lays the page out anew; what has the focus stays where it was under the eyes. */
function inPlace(change: () => void): void {
  const held = document.activeElement;
  const before = held?.getBoundingClientRect().top;
  change();
  if (held && before !== undefined && held !== document.body) {
    globalThis.scrollTo(0, globalThis.scrollY + held.getBoundingClientRect().top - before);
  }
}

/** Keeps a choice and shows it at once. */
export function useSetPreferences() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: backend.setPreferences,
    onSuccess: async (preferences) => {
      await nowKnown(client, preferencesKey, preferences);
      inPlace(() => applyPreferences(preferences));
      await speak(preferences.language);
      await handOverNotifications();
    },
  });
}
