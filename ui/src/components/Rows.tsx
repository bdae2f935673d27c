import { ArrowRight } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import styles from './Rows.module.css';

/** What can be looked at or changed, a line each, in one card. */
export function Rows({ children }: { children: ReactNode }) {
  return <ul className={styles.rows}>{children}</ul>;
}

interface LineProps {
  to: string;
  /** What the line leads to: « Changer ». */
  action: string;
  /** Where the page that it leads to leads back. */
  from?: string | undefined;
}

/** A line that leads somewhere, whatever it says. */
export function Line({ to, action, from, children }: LineProps & { children: ReactNode }) {
  return (
    <li>
      <Link to={to} state={from === undefined ? undefined : { from }} className={styles.row}>
        {children}
        <span className={styles.action}>
          {action}
          <ArrowRight size="1rem" aria-hidden="true" />
        </span>
      </Link>
    </li>
  );
}

interface RowProps extends LineProps {
  icon: ReactNode;
  title: string;
  /** How it is now. */
  value?: ReactNode;
}

export function Row({ icon, title, value, ...line }: RowProps) {
  return (
    <Line {...line}>
      <span className={styles.icon}>{icon}</span>
      <span className={styles.words}>
        <span className={styles.title}>{title}</span>
        {value && <span className={styles.value}>{value}</span>}
      </span>
    </Line>
  );
}
