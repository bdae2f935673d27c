import { LifeBuoy } from 'lucide-react';
import type { ReactNode } from 'react';
import { ContactLine } from '../components/ContactLine';
import { useText } from '../lib/i18n';
import type { ContactLineView } from '../lib/ipc';
import { useKiosk } from '../lib/kiosk';
import styles from './HelpLine.module.css';

/** On every screen: whom to call, and where to write. */
export function HelpLine({ contact, aside }: { contact: ContactLineView | null; aside?: ReactNode }) {
  const { t } = useText();
  const kiosk = useKiosk();
  return (
    <footer className={styles.help}>
      <LifeBuoy size="1rem" aria-hidden="true" />
      <p className={styles.words}>
        {t('frame.help.question')}{' '}
        {contact ? (
          <>
            <ContactLine contact={contact} />{' '}
            <span className={styles.mail}>{t('frame.help.email', { email: contact.email })}</span>
          </>
        ) : (
          t(kiosk ? 'kiosk.help' : 'frame.help.chooseTown')
        )}
      </p>
      {aside}
    </footer>
  );
}
