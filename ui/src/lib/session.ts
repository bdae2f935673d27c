/** Where the application stands, and the space that is open. */
import { type UseQueryResult, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { createContext, useContext } from 'react';
import { nowKnown } from './freshness';
import { backend, type SessionView } from './ipc';

export type OpenSession = Extract<SessionView, { type: 'open' }>;

export const sessionKey = ['session'] as const;

export const sessionQuery = { queryKey: sessionKey, queryFn: backend.session };

export function useSession(): UseQueryResult<SessionView> {
  return useQuery(sessionQuery);
}

/**
 * A command that moves the session: its answer is at once where the application stands. `onDone` is called even when what
 * asked has left the screen by then, as an event may have told of the new session first. (The library forgets what is given
 * to `mutate` when its component leaves.)
 */
export function useSessionMutation<T>(act: (input: T) => Promise<SessionView>, onDone?: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: act,
    onSuccess: async (session) => {
      await nowKnown(client, sessionKey, session);
      onDone?.();
    },
  });
}

export const SpaceContext = createContext<OpenSession | null>(null);

/** The open space. Only for screens that the router shows inside one. */
export function useSpace(): OpenSession {
  const space = useContext(SpaceContext);
  if (!space) throw new Error('no space is open');
  return space;
}

/** Everything read of a space is filed under its id, so that nothing of one family can show in another's. */
export function spaceKey(profileId: string, ...rest: string[]): string[] {
  return ['space', profileId, ...rest];
}

/** Reads something of the open space. */
export function useSpaceQuery<T>(name: string[], read: () => Promise<T>): UseQueryResult<T> {
  const { profile } = useSpace();
  return useQuery({ queryKey: spaceKey(profile.id, ...name), queryFn: read });
}
