import type { ReactNode } from 'react';
import styles from './Badge.module.css';
import type { Tone } from './Notice';

/** A state in a few words with its picture; the colour only repeats them. */
export function Badge({ tone, icon, children }: { tone: Tone | 'neutral'; icon?: ReactNode; children: ReactNode }) {
  return (
    <span className={`${styles.badge} ${styles[tone]}`}>
      {icon}
      {children}
    </span>
  );
}
