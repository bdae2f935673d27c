import { CircleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import styles from './Field.module.css';

interface FieldProps {
  id: string;
  label: string;
  /** After the label: « facultatif ». */
  aside?: string | undefined;
  hint?: ReactNode;
  error?: string | undefined;
  children: ReactNode;
}

/** The ids a control gives to `aria-describedby`, in reading order; nothing when there is nothing to read. */
export function describedBy(id: string, hint: unknown, error: unknown): string | undefined {
  return [hint ? `${id}-hint` : '', error ? `${id}-error` : ''].filter(Boolean).join(' ') || undefined;
}

/** A label, what helps, the control, and what is wrong with it. */
export function Field({ id, label, aside, hint, error, children }: FieldProps) {
  return (
    <div className={styles.field}>
      <label className={styles.label} htmlFor={id}>
        {label} {aside && <span className={styles.optional}>({aside})</span>}
      </label>
      {hint && (
        <p className={styles.hint} id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {children}
      {error && <FieldError id={id}>{error}</FieldError>}
    </div>
  );
}

function FieldError({ id, children }: { id: string; children: ReactNode }) {
  return (
    <p className={styles.error} id={`${id}-error`}>
      <CircleAlert size="1rem" aria-hidden="true" />
      {children}
    </p>
  );
}
