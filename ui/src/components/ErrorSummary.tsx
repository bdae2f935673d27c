import { CircleCheck } from 'lucide-react';
import { useEffect, useId, useRef, useState } from 'react';
import { useText } from '../lib/i18n';
import styles from './ErrorSummary.module.css';

export interface Problem {
  /** Id of the control. */
  field: string;
  sentence: string;
}

interface ErrorSummaryProps {
  /** What is wrong now, in the order of the screen. */
  problems: readonly Problem[];
  /** Changes at each attempt, so that the focus is taken again. */
  attempt: number;
  /** A failed attempt leads to the first field to mend: where the form is so short that nobody has to be told where. */
  toField?: boolean;
}

/**
 * What to mend, each line leading to its field. Takes the focus when an attempt fails. A line that is mended meanwhile
 * stays and says so: what is below never moves under somebody who types.
 */
export function ErrorSummary({ problems, attempt, toField }: ErrorSummaryProps) {
  const { t } = useText();
  const title = useId();
  const box = useRef<HTMLElement>(null);
  const [told, setTold] = useState({ attempt, problems });
  const isTold = ({ field }: Problem) => told.problems.some((known) => known.field === field);
  if (told.attempt !== attempt || !problems.every(isTold)) setTold({ attempt, problems });

  const first = problems[0]?.field;
  // biome-ignore lint/correctness/useExhaustiveDependencies: once an attempt, whatever is mended afterwards.
  useEffect(() => {
    if (attempt === 0) return;
    if (toField && first !== undefined) document.getElementById(first)?.focus();
    else box.current?.focus();
  }, [attempt]);

  if (told.problems.length === 0) return null;
  return (
    <section
      ref={box}
      className={`${styles.summary} ${problems.length === 0 ? styles.mended : ''}`}
      tabIndex={-1}
      aria-labelledby={title}
    >
      <h2 id={title} className={styles.title}>
        {problems.length === 0 ? t('frame.mended') : t('frame.toMend', { count: problems.length })}
      </h2>
      <ul className={styles.list}>
        {told.problems.map(({ field, sentence }) => {
          const still = problems.find((problem) => problem.field === field);
          return (
            <li key={field}>
              {still ? (
                <button type="button" className={styles.link} onClick={() => document.getElementById(field)?.focus()}>
                  {still.sentence}
                </button>
              ) : (
                <p className={styles.done}>
                  <CircleCheck size="1rem" aria-hidden="true" />
                  {t('frame.mendedLine', { sentence })}
                </p>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
