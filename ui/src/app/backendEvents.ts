import type { QueryClient } from '@tanstack/react-query';
import { readAgain } from '../lib/freshness';
import { type DataTopic, onDataChanged, onSessionChanged, onSyncStatusChanged, type SessionView } from '../lib/ipc';
import { sessionKey, spaceKey } from '../lib/session';

/** What each topic makes worth reading again. */
const reads: Record<DataTopic, readonly string[]> = {
  family: ['home', 'person', 'details', 'syncCenter', 'account', 'notices'],
  commune: ['home'],
  reservations: ['reservations'],
  outbox: ['home', 'details', 'syncCenter', 'syncStatus', 'account', 'notices', 'reservations'],
};

/** Keeps what is known true, for as long as the window lives: each event makes it read again what it concerns. */
export function followBackend(client: QueryClient): void {
  const readSpace = (names: readonly string[]): void => {
    const session = client.getQueryData<SessionView>(sessionKey);
    if (session?.type !== 'open') return;
    for (const name of names) void readAgain(client, spaceKey(session.profile.id, name));
  };
  onSessionChanged(() => void readAgain(client, sessionKey));
  onDataChanged((topics) => {
    for (const topic of topics) readSpace(reads[topic]);
    if (topics.includes('commune')) void readAgain(client, sessionKey);
  });
  onSyncStatusChanged(() => readSpace(['syncStatus', 'syncCenter']));
}
