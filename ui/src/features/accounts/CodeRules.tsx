import { CircleCheck, CircleX, Dot } from 'lucide-react';
import { useEffect, useState } from 'react';
import { type MessageId, useText } from '../../lib/i18n';
import { backend } from '../../lib/ipc';
import styles from './SignIn.module.css';

type Check = Awaited<ReturnType<typeof backend.checkPersonalCode>>;

const rules: readonly (readonly [keyof Check, MessageId])[] = [
  ['longEnough', 'accounts.rule.longEnough'],
  ['variedEnough', 'accounts.rule.variedEnough'],
  ['withoutIdentifiant', 'accounts.rule.withoutIdentifiant'],
];

interface CodeRulesProps {
  code: string;
  /** The code was sent and does not do: what is missing is marked as wrong. */
  refused: boolean;
}

/** The rules of a personal code, each with whether what is typed keeps it. The client decides; nothing is stored. */
export function CodeRules({ code, refused }: CodeRulesProps) {
  const { t } = useText();
  const check = useCodeCheck(code);
  const told = check !== null && (refused || code !== '');
  return (
    <div>
      <p className={styles.hint}>{t('accounts.rule.title')}</p>
      <ul className={styles.rules}>
        {rules.map(([rule, sentence]) => {
          const kept = code !== '' && check?.[rule] === true;
          const Icon = told ? (kept ? CircleCheck : CircleX) : Dot;
          return (
            <li key={rule} className={`${styles.rule} ${kept ? styles.kept : refused ? styles.broken : ''}`}>
              <Icon size="1.125rem" aria-hidden="true" />
              <span>
                {t(sentence)} {told && t(kept ? 'accounts.rule.kept' : 'accounts.rule.notYet')}
              </span>
            </li>
          );
        })}
      </ul>
    </div>
  );
}

function useCodeCheck(code: string): Check | null {
  const [check, setCheck] = useState<Check | null>(null);
  useEffect(() => {
    let current = true;
    backend.checkPersonalCode(code).then(
      (answer) => current && setCheck(answer),
      () => current && setCheck(null),
    );
    return () => {
      current = false;
    };
  }, [code]);
  return check;
}
