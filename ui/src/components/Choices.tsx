import { useId } from 'react';
import styles from './Choices.module.css';

interface Choice<T> {
  value: T;
  label: string;
  hint?: string;
}

interface ChoicesProps<T> {
  legend: string;
  value: T | null;
  choices: readonly Choice<T>[];
  /** Side by side, for short ones. */
  inline?: boolean;
  onChange: (value: T) => void;
}

/** One among a few: radio buttons, each a card with room for a finger. */
export function Choices<T extends string | number>({ legend, value, choices, inline, onChange }: ChoicesProps<T>) {
  const name = useId();
  return (
    <fieldset className={styles.group}>
      <legend className={styles.legend}>{legend}</legend>
      <div className={inline ? styles.inline : styles.list}>
        {choices.map((choice) => (
          <label key={choice.value} className={styles.choice}>
            <input
              type="radio"
              className={styles.radio}
              name={name}
              checked={choice.value === value}
              onChange={({ target }) => {
                // Not every web view gives the focus to what the mouse ticks.
                target.focus();
                onChange(choice.value);
              }}
            />
            <span className={styles.words}>
              {choice.label}
              {choice.hint && <span className={styles.hint}>{choice.hint}</span>}
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
