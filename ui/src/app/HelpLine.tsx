import { LifeBuoy } from 'lucide-react';
import { ContactLine } from '../components/ContactLine';
import { useText } from '../lib/i18n';
import type { ContactLineView } from '../lib/ipc';
import styles from './HelpLine.module.css';

/** On every screen: whom to call, and where to write. */
export function HelpLine({ contact }: { contact: ContactLineView | null }) {
  const { t } = useText();
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
          t('frame.help.chooseTown')
        )}
      </p>
    </footer>
  );
}
