import { QueryClient } from '@tanstack/react-query';
import { homeQuery } from '../features/family/useHome';
import { speak } from '../lib/i18n';
import { backend, type SessionView } from '../lib/ipc';
import { kioskKey } from '../lib/kiosk';
import { handOverNotifications } from '../lib/notifications';
import { applyPreferences, preferencesKey } from '../lib/preferences';
import { sessionQuery } from '../lib/session';
import { followBackend } from './backendEvents';

function makeClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      // The network is the client's affair: every read here is of this computer's own cache. Nothing is persisted.
      queries: { networkMode: 'always', retry: false, refetchOnWindowFocus: false, refetchOnReconnect: false },
      mutations: { networkMode: 'always', retry: false },
    },
  });
}

/**
 * Asks at once for whatever does not need another answer. The first picture waits for its language, colours and size, and
 * for whether it is a kiosk's; nothing else holds it up.
 */
export async function start(): Promise<QueryClient> {
  const client = makeClient();
  // Before anything is read: what changes meanwhile is heard.
  followBackend(client);
  void readAhead(client);
  await Promise.all([look(client), ofAKiosk(client)]);
  return client;
}

async function look(client: QueryClient): Promise<void> {
  try {
    const preferences = await backend.preferences();
    client.setQueryData(preferencesKey, preferences);
    applyPreferences(preferences);
    await speak(preferences.language);
  } catch {
    // Without preferences the defaults hold, and the session screen says what is wrong.
    await speak('fr');
  }
  void handOverNotifications();
}

async function ofAKiosk(client: QueryClient): Promise<void> {
  try {
    client.setQueryData(kioskKey, await backend.kiosk());
  } catch {
    // An ordinary window, then. A kiosk's one says no sign of life and is soon replaced.
  }
}

/** What the first page will ask for; whatever goes wrong with it is that page's to say. */
async function readAhead(client: QueryClient): Promise<void> {
  await client.prefetchQuery(sessionQuery);
  const session = client.getQueryData<SessionView>(sessionQuery.queryKey);
  if (session?.type === 'open') await client.prefetchQuery(homeQuery(session.profile.id));
}
