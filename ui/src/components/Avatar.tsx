import type { PersonKindView } from '../lib/ipc';
import styles from './Avatar.module.css';

const looks: Record<PersonKindView, string | undefined> = {
  holder: styles.adult,
  coHolder: styles.adult,
  child: styles.child,
  contact: styles.contact,
};

/** Initials in a disc. Decoration: the name is always written beside it. */
export function Avatar({ initials, kind, large }: { initials: string; kind: PersonKindView; large?: boolean }) {
  return (
    <span className={`${styles.avatar} ${looks[kind]} ${large ? styles.large : ''}`} aria-hidden="true">
      {initials}
    </span>
  );
}
