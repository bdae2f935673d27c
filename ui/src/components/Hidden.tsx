import type { ReactNode } from 'react';
import styles from './Hidden.module.css';

/** Words for a screen reader, where a picture says them to the eye. */
export function Hidden({ live, children }: { live?: boolean; children: ReactNode }) {
  // Read out at once when they change, where there is no time to wait for.
  return (
    <span className={styles.hidden} aria-live={live ? 'assertive' : undefined}>
      {children}
    </span>
  );
}
