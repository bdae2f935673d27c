import { useEffect } from 'react';

/** Where there is one thing to do, nobody should have to look for its field: it has the focus when it appears. */
export function useFocusFirst(id: string): void {
  useEffect(() => document.getElementById(id)?.focus({ preventScroll: true }), [id]);
}
