import { useQueryClient } from '@tanstack/react-query';
import { nowKnown, readAgain } from './freshness';
import { backend, type SyncCenterView, type SyncStatusView } from './ipc';
import { spaceKey, useSpace, useSpaceQuery } from './session';

/** The state of synchronisation, kept fresh by the client's events; nothing until the first answer. */
export function useSyncStatus(): SyncStatusView | null {
  return useSpaceQuery(['syncStatus'], backend.syncStatus).data ?? null;
}

/** A command has just answered the whole centre: what is known from now on, and what is worth reading again. */
export function useCenterKnown(): (center: SyncCenterView) => Promise<void> {
  const client = useQueryClient();
  const { profile } = useSpace();
  return async (center) => {
    await nowKnown(client, spaceKey(profile.id, 'syncCenter'), center);
    await nowKnown(client, spaceKey(profile.id, 'syncStatus'), center.status);
    for (const name of ['home', 'details']) void readAgain(client, spaceKey(profile.id, name));
  };
}
