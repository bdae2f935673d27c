import { LeaveKiosk } from '../features/kiosk/LeaveKiosk';
import { OutOfOrder } from '../features/kiosk/OutOfOrder';
import type { KioskView, OutOfOrderView } from '../lib/ipc';
import styles from './Frame.module.css';
import { HelpLine } from './HelpLine';
import root from './Root.module.css';
import { TopBar } from './TopBar';

/** A kiosk that serves nobody: no session, no sign-in, nothing but words and the agents' way out, where there is one. */
export function KioskOutOfOrder({ kiosk, reason }: { kiosk: KioskView; reason: OutOfOrderView }) {
  return (
    <div className={root.root}>
      <div className={`${styles.frame} ${styles.outer}`}>
        <TopBar commune={kiosk.commune.name} home="/">
          {null}
        </TopBar>
        <main id="contenu" className={styles.main} tabIndex={-1}>
          <OutOfOrder reason={reason} />
        </main>
        {/* Without settings no code can be judged: none would be the right one. */}
        <HelpLine contact={kiosk.commune.contact} aside={reason !== 'settings' && <LeaveKiosk />} />
      </div>
    </div>
  );
}
