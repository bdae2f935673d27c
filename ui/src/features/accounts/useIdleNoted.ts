import { useEffect } from 'react';
import { backend } from '../../lib/ipc';
import { onUse } from '../../lib/presence';

/** How often the client is told that somebody is there: well under the shortest time after which it locks. */
const every = 10_000;

/** Tells the client that somebody uses the window; the client alone decides when nobody does. */
export function useIdleNoted(hasPin: boolean): void {
  useEffect(() => {
    if (!hasPin) return;
    // Not heard, the space locks early: a PIN mends that.
    return onUse(every, () => void backend.noteUse().catch(() => undefined));
  }, [hasPin]);
}
