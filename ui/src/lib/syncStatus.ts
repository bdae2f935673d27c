import { backend, type SyncStatusView } from './ipc';
import { useSpaceQuery } from './session';

/** The state of synchronisation, kept fresh by the client's events; nothing until the first answer. */
export function useSyncStatus(): SyncStatusView | null {
  return useSpaceQuery(['syncStatus'], backend.syncStatus).data ?? null;
}
