import { type ReactNode, useState } from 'react';
import { Confirm } from '../../components/Confirm';
import { type MessageId, useText } from '../../lib/i18n';
import { backend, type ProfileView } from '../../lib/ipc';
import { useSessionMutation, useSpace } from '../../lib/session';
import { LosingHere } from './Losing';

/** What closing does depends on how the space is kept, and so does its name: nothing is « locked » without a key. */
const names: Record<ProfileView['protection'], readonly [label: MessageId, hint: MessageId]> = {
  keychain: ['accounts.close.keychain', 'accounts.close.keychainHint'],
  passphrase: ['accounts.close.passphrase', 'accounts.close.passphraseHint'],
  memoryOnly: ['accounts.close.action', 'accounts.close.memoryHint'],
};

const withPin = {
  keychain: ['accounts.close.keychain', 'accounts.close.pinHint'],
  passphrase: ['accounts.close.keychain', 'accounts.close.passphraseHint'],
} as const satisfies Record<string, readonly [label: MessageId, hint: MessageId]>;

interface Closing {
  label: string;
  hint: string;
  close: () => void;
  question: ReactNode;
}

/** *Verrouiller*: at once where the space is kept, after a question where closing loses it. */
export function useCloseSpace(): Closing {
  const { t } = useText();
  const { profile, pin } = useSpace();
  const [asked, setAsked] = useState(false);
  const closing = useSessionMutation(() => backend.closeProfile());
  const dismiss = () => {
    closing.reset();
    setAsked(false);
  };
  // Once there is a PIN, *Verrouiller* is its word: this one closes, and says what is asked afterwards.
  const [label, hint] =
    pin && profile.protection !== 'memoryOnly' ? withPin[profile.protection] : names[profile.protection];
  return {
    label: t(label),
    hint: t(hint),
    close: () => (profile.protection === 'memoryOnly' ? setAsked(true) : closing.mutate(undefined)),
    question: (
      <Confirm
        open={asked || closing.isError}
        title={t('accounts.close.title')}
        action={t('accounts.close.action')}
        busy={closing.isPending}
        failure={closing.error}
        onConfirm={() => closing.mutate(undefined)}
        onClose={dismiss}
      >
        <LosingHere />
      </Confirm>
    ),
  };
}
