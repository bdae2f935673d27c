import { Eye, EyeOff } from 'lucide-react';
import { type InputHTMLAttributes, type Ref, useState } from 'react';
import { useText } from '../lib/i18n';
import { describedBy, Field } from './Field';
import styles from './Field.module.css';

interface SecretFieldProps extends Omit<InputHTMLAttributes<HTMLInputElement>, 'className' | 'id' | 'type'> {
  id: string;
  label: string;
  hint?: string | undefined;
  error?: string | undefined;
  ref?: Ref<HTMLInputElement>;
}

/** A code or a passphrase, hidden until asked to show. */
export function SecretField({ id, label, hint, error, ...input }: SecretFieldProps) {
  const { t } = useText();
  const [shown, setShown] = useState(false);
  return (
    <Field id={id} label={label} hint={hint} error={error}>
      <span className={styles.control} data-invalid={Boolean(error)}>
        <input
          {...input}
          id={id}
          type={shown ? 'text' : 'password'}
          className={styles.input}
          autoCapitalize="none"
          spellCheck={false}
          aria-invalid={error ? true : undefined}
          aria-describedby={describedBy(id, hint, error)}
        />
        <button
          type="button"
          className={styles.reveal}
          aria-controls={id}
          aria-label={t(shown ? 'frame.hideField' : 'frame.showField', { field: label })}
          onClick={() => setShown(!shown)}
        >
          {shown ? <EyeOff size="1.125rem" aria-hidden="true" /> : <Eye size="1.125rem" aria-hidden="true" />}
          {t(shown ? 'frame.hide' : 'frame.show')}
        </button>
      </span>
    </Field>
  );
}
