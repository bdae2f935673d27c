import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { readAgain } from '../lib/freshness';
import { type DataTopic, onDataChanged, onSessionChanged, onSyncStatusChanged, type SessionView } from '../lib/ipc';
import { sessionKey, spaceKey } from '../lib/session';

/** What each topic makes worth reading again. */
const reads: Record<DataTopic, readonly string[]> = {
  family: ['home', 'person', 'details', 'syncCenter'],
  commune: ['home'],
  outbox: ['home', 'details', 'syncCenter', 'syncStatus'],
};

/** Keeps what is on screen true: each event of the client makes the window read again what it concerns. */
export function useBackendEvents(): void {
  const client = useQueryClient();
  useEffect(() => {
    const openProfile = (): string | null => {
      const session = client.getQueryData<SessionView>(sessionKey);
      return session?.type === 'open' ? session.profile.id : null;
    };
    const readSpace = (names: readonly string[]): void => {
      const id = openProfile();
      if (id === null) return;
      for (const name of names) void readAgain(client, spaceKey(id, name));
    };
    const stops = [
      onSessionChanged(() => void readAgain(client, sessionKey)),
      onDataChanged((topics) => {
        for (const topic of topics) readSpace(reads[topic]);
        if (topics.includes('commune')) void readAgain(client, sessionKey);
      }),
      onSyncStatusChanged(() => readSpace(['syncStatus', 'syncCenter'])),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, [client]);
}
