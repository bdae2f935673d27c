import type { TownView } from './ipc';

/** The only town of that name among those found; several or none are nobody's. */
export function townNamed(name: string, found: readonly TownView[]): TownView | undefined {
  const same = found.filter((town) => town.name.localeCompare(name, 'fr', { sensitivity: 'base' }) === 0);
  return same.length === 1 ? same[0] : found.length === 1 ? found[0] : undefined;
}
