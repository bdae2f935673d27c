import { useEffect, useId, useRef } from 'react';
import { useText } from '../lib/i18n';
import styles from './ErrorSummary.module.css';

export interface Problem {
  /** Id of the control. */
  field: string;
  sentence: string;
}

interface ErrorSummaryProps {
  problems: readonly Problem[];
  /** Changes at each attempt, so that the summary takes the focus again. */
  attempt: number;
}

/** What to mend, each line leading to its field. Takes the focus when an attempt fails. */
export function ErrorSummary({ problems, attempt }: ErrorSummaryProps) {
  const { t } = useText();
  const title = useId();
  const box = useRef<HTMLElement>(null);
  useEffect(() => {
    if (attempt > 0) box.current?.focus();
  }, [attempt]);
  if (problems.length === 0) return null;
  return (
    <section ref={box} className={styles.summary} tabIndex={-1} aria-labelledby={title}>
      <h2 id={title} className={styles.title}>
        {t('frame.toMend', { count: problems.length })}
      </h2>
      <ul className={styles.list}>
        {problems.map(({ field, sentence }) => (
          <li key={field}>
            <button type="button" className={styles.link} onClick={() => document.getElementById(field)?.focus()}>
              {sentence}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
