import { type ReactNode, useState } from 'react';
import { Confirm } from '../../components/Confirm';
import { useText } from '../../lib/i18n';
import { backend } from '../../lib/ipc';
import { useSessionMutation, useSpace } from '../../lib/session';
import { useSyncStatus } from '../../lib/syncStatus';

/** *Fermer cet espace*: at once where it is kept, after a question where closing loses it. */
export function useCloseSpace(): { close: () => void; question: ReactNode } {
  const { t } = useText();
  const { profile } = useSpace();
  const pending = useSyncStatus()?.pending ?? 0;
  const [asked, setAsked] = useState(false);
  const closing = useSessionMutation(() => backend.closeProfile());
  const dismiss = () => {
    closing.reset();
    setAsked(false);
  };
  return {
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
        <p>{t('accounts.close.memory')}</p>
        {pending > 0 && (
          <p>
            <strong>{t('accounts.close.pending', { count: pending })}</strong>
          </p>
        )}
      </Confirm>
    ),
  };
}
