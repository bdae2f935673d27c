import { QueryClient } from '@tanstack/react-query';
import { speak } from '../lib/i18n';
import { backend } from '../lib/ipc';
import { handOverNotifications } from '../lib/notifications';
import { applyPreferences, preferencesKey } from '../lib/preferences';

function makeClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      // The network is the client's affair: every read here is of this computer's own cache. Nothing is persisted.
      queries: { networkMode: 'always', retry: false, refetchOnWindowFocus: false, refetchOnReconnect: false },
      mutations: { networkMode: 'always', retry: false },
    },
  });
}

/** Reads the preferences first, so that the first picture is in the right language, colours and size. */
export async function start(): Promise<QueryClient> {
  const client = makeClient();
  try {
    const preferences = await backend.preferences();
    client.setQueryData(preferencesKey, preferences);
    applyPreferences(preferences);
    await speak(preferences.language);
  } catch {
    // Without preferences the defaults hold, and the session screen says what is wrong.
    await speak('fr');
  }
  await handOverNotifications();
  return client;
}
