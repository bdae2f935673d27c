import { type ReactNode, useState } from 'react';
import { Confirm } from '../../components/Confirm';
import { type MessageId, useText } from '../../lib/i18n';
import { backend, type ProfileView } from '../../lib/ipc';
import { useSessionMutation, useSpace } from '../../lib/session';
import { Losing } from './Losing';

/** What closing does depends on how the space is kept, and so does its name: nothing is « locked » without a key. */
const names: Record<ProfileView['protection'], readonly [label: MessageId, hint: MessageId]> = {
  keychain: ['accounts.close.keychain', 'accounts.close.keychainHint'],
  passphrase: ['accounts.close.passphrase', 'accounts.close.passphraseHint'],
  memoryOnly: ['accounts.close.action', 'accounts.close.memoryHint'],
};

interface Closing {
  label: string;
  hint: string;
  close: () => void;
  question: ReactNode;
}

/** *Verrouiller*: at once where the space is kept, after a question where closing loses it. */
export function useCloseSpace(): Closing {
  const { t } = useText();
  const { profile } = useSpace();
  const [asked, setAsked] = useState(false);
  const closing = useSessionMutation(() => backend.closeProfile());
  const dismiss = () => {
    closing.reset();
    setAsked(false);
  };
  const [label, hint] = names[profile.protection];
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
        <Losing />
      </Confirm>
    ),
  };
}
