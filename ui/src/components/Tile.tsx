import { ArrowRight } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import styles from './Tile.module.css';

/** A way in from the home page, with its live fact. */
export function Tile({ to, icon, title, fact }: { to: string; icon: ReactNode; title: string; fact: string }) {
  return (
    <Link to={to} className={styles.tile}>
      <span className={styles.icon}>{icon}</span>
      <span className={styles.words}>
        <span className={styles.title}>{title}</span>
        <span className={styles.fact}>{fact}</span>
      </span>
      <ArrowRight className={styles.arrow} size="1.125rem" aria-hidden="true" />
    </Link>
  );
}
