/**
 * What is on screen comes from questions whose answers may cross an event on the way. An answer on its way may be older
 * than the event, or than what a command has just said: it is thrown away first, in every case. (Left alone, the library
 * joins a first question still under way instead of asking again, and lets a late answer overwrite newer knowledge.)
 */
import type { QueryClient, QueryKey } from '@tanstack/react-query';

/** Something changed: asks again for everything filed under the key. */
export async function readAgain(client: QueryClient, queryKey: QueryKey): Promise<void> {
  await client.cancelQueries({ queryKey });
  await client.invalidateQueries({ queryKey });
}

/** A command has just answered this: it is what is known from now on. */
export async function nowKnown<T>(client: QueryClient, queryKey: QueryKey, value: T): Promise<void> {
  await client.cancelQueries({ queryKey, exact: true });
  client.setQueryData(queryKey, value);
}
