import { LogOut } from 'lucide-react';
import { useState } from 'react';
import { createPortal } from 'react-dom';
import { Button } from '../../components/Button';
import { Confirm } from '../../components/Confirm';
import { useText } from '../../lib/i18n';
import { useKiosk } from '../../lib/kiosk';
import { useSyncStatus } from '../../lib/syncStatus';
import styles from './Kiosk.module.css';
import { useEndSession } from './useEndSession';

/** « Terminer », before somebody is in. */
export function EndButton() {
  return useKiosk() ? <End unanswered={0} /> : null;
}

/** « Terminer », in an open space. */
export function EndOpenSession() {
  return useKiosk() ? <EndKnowing /> : null;
}

function EndKnowing() {
  return <End unanswered={useSyncStatus()?.pending ?? 0} />;
}

/** At once, unless an answer is still on its way: ending would lose it. */
function End({ unanswered }: { unanswered: number }) {
  const { t } = useText();
  const [asked, setAsked] = useState(false);
  const { end, busy, failure, reset } = useEndSession();
  return (
    <>
      <Button
        icon={<LogOut size="1.125rem" aria-hidden="true" />}
        busy={busy}
        onClick={() => (unanswered > 0 ? setAsked(true) : end())}
      >
        {t('kiosk.end')}
      </Button>
      <Confirm
        open={(asked || failure !== null) && !busy}
        title={t('kiosk.end.title')}
        action={t('kiosk.end.action')}
        busy={busy}
        failure={failure}
        onConfirm={end}
        onClose={() => {
          reset();
          setAsked(false);
        }}
      >
        {unanswered > 0 && <p>{t('kiosk.end.unanswered', { count: unanswered })}</p>}
      </Confirm>
      {busy && createPortal(<Farewell />, document.body)}
    </>
  );
}

function Farewell() {
  const { t } = useText();
  return (
    <div className={styles.farewell} role="status">
      <p className={styles.farewellTitle}>{t('kiosk.farewell.title')}</p>
      <p>{t('kiosk.farewell.words')}</p>
    </div>
  );
}
