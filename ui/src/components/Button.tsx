import type { ReactNode, Ref } from 'react';
import { Link, type LinkProps } from 'react-router';
import styles from './Button.module.css';

type Look = 'primary' | 'secondary' | 'quiet' | 'danger';

interface ButtonProps {
  look?: Look;
  type?: 'button' | 'submit';
  /** The action runs: the button stays where it is and takes no second press. */
  busy?: boolean;
  icon?: ReactNode;
  onClick?: () => void;
  /** What a screen reader says, when the visible words need their line. Must begin with the visible words. */
  label?: string;
  ref?: Ref<HTMLButtonElement>;
  children: ReactNode;
}

const look = (name: Look): string => `${styles.button} ${styles[name]}`;

export function Button({
  look: name = 'secondary',
  type = 'button',
  busy,
  icon,
  onClick,
  label,
  ref,
  children,
}: ButtonProps) {
  return (
    <button
      ref={ref}
      type={type}
      className={look(name)}
      aria-disabled={busy || undefined}
      aria-label={label}
      onClick={(event) => {
        if (busy) event.preventDefault();
        else onClick?.();
      }}
    >
      {icon}
      {children}
      {busy && <span className={styles.busy} aria-hidden="true" />}
    </button>
  );
}

export function LinkButton({
  look: name = 'secondary',
  icon,
  children,
  ...link
}: LinkProps & { look?: Look; icon?: ReactNode }) {
  return (
    <Link {...link} className={look(name)}>
      {icon}
      {children}
    </Link>
  );
}
