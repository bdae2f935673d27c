/** What only somebody who is there does. */
const signs = ['pointermove', 'pointerdown', 'keydown', 'wheel', 'touchstart'] as const;

/** Tells that somebody uses the window, once in so many milliseconds at most. The answer ends it. */
export function onUse(every: number, tell: () => void): () => void {
  let told = Number.NEGATIVE_INFINITY;
  const note = ({ timeStamp }: Event): void => {
    if (timeStamp - told < every) return;
    told = timeStamp;
    tell();
  };
  for (const sign of signs) globalThis.addEventListener(sign, note, { passive: true, capture: true });
  return () => {
    for (const sign of signs) globalThis.removeEventListener(sign, note, { capture: true });
  };
}
