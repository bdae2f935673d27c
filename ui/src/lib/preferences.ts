import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { nowKnown } from './freshness';
import { speak } from './i18n';
import { backend, type Preferences } from './ipc';

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

/** Keeps a choice and shows it at once. */
export function useSetPreferences() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: backend.setPreferences,
    onSuccess: async (preferences) => {
      await nowKnown(client, preferencesKey, preferences);
      applyPreferences(preferences);
      await speak(preferences.language);
    },
  });
}
