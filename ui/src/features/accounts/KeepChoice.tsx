import type { ReactNode } from 'react';
import { Choices } from '../../components/Choices';
import { useText } from '../../lib/i18n';
import type { KeepRequest } from '../../lib/ipc';
import { useKiosk } from '../../lib/kiosk';
import styles from './SignIn.module.css';

interface KeepChoiceProps {
  /** The system has a keychain. */
  keychain: boolean;
  keep: KeepRequest['type'];
  onKeep: (keep: KeepRequest['type']) => void;
  passphrase: ReactNode;
}

/** Where the data stay. With a keychain there is nothing to decide, save on a shared computer. */
export function KeepChoice({ keychain, keep, onKeep, passphrase }: KeepChoiceProps) {
  const { t } = useText();
  if (useKiosk()) return <p>{t('kiosk.welcome.signIn')}</p>;
  if (keychain) {
    return (
      <label className={styles.check}>
        <input
          type="checkbox"
          className={styles.box}
          checked={keep === 'memoryOnly'}
          onChange={(event) => onKeep(event.target.checked ? 'memoryOnly' : 'keychain')}
        />
        <span className={styles.aside}>
          {t('accounts.keep.shared')}
          <span className={styles.hint}>{t('accounts.keep.sharedHint')}</span>
        </span>
      </label>
    );
  }
  return (
    <>
      <Choices
        legend={t('accounts.keep.legend')}
        value={keep}
        onChange={onKeep}
        choices={[
          { value: 'passphrase', label: t('accounts.keep.passphrase'), hint: t('accounts.keep.passphraseHint') },
          { value: 'memoryOnly', label: t('accounts.keep.memory'), hint: t('accounts.keep.memoryHint') },
        ]}
      />
      {keep === 'passphrase' && passphrase}
    </>
  );
}
