import { Trees } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { useText } from '../lib/i18n';
import styles from './TopBar.module.css';

interface TopBarProps {
  commune: string | null;
  /** Where the name leads. */
  home: string;
  children: ReactNode;
}

/** Whose space it is, and what is always at hand. */
export function TopBar({ commune, home, children }: TopBarProps) {
  const { t } = useText();
  return (
    <header className={styles.bar}>
      <Link to={home} className={styles.brand}>
        <Trees size="1.5rem" aria-hidden="true" />
        <span className={styles.name}>{commune ?? t('frame.product')}</span>
        <span className={styles.kind}>{t('frame.familySpace')}</span>
      </Link>
      <div className={styles.tools}>{children}</div>
    </header>
  );
}
