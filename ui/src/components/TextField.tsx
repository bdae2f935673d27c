import type { InputHTMLAttributes, Ref } from 'react';
import { describedBy, Field } from './Field';
import styles from './Field.module.css';

interface TextFieldProps extends Omit<InputHTMLAttributes<HTMLInputElement>, 'className' | 'id'> {
  id: string;
  label: string;
  aside?: string | undefined;
  hint?: string | undefined;
  error?: string | undefined;
  ref?: Ref<HTMLInputElement>;
}

export function TextField({ id, label, aside, hint, error, ...input }: TextFieldProps) {
  return (
    <Field id={id} label={label} aside={aside} hint={hint} error={error}>
      <span className={styles.control} data-invalid={Boolean(error)}>
        <input
          {...input}
          id={id}
          className={styles.input}
          aria-invalid={error ? true : undefined}
          aria-describedby={describedBy(id, hint, error)}
        />
      </span>
    </Field>
  );
}
