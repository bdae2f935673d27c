import { LifeBuoy } from 'lucide-react';
import { ContactLine } from '../components/ContactLine';
import { useText } from '../lib/i18n';
import type { CommuneView } from '../lib/ipc';
import styles from './HelpLine.module.css';

/** On every screen: whom to call, and where to write. */
export function HelpLine({ commune }: { commune: CommuneView | null }) {
  const { t } = useText();
  return (
    <footer className={styles.help}>
      <LifeBuoy size="1rem" aria-hidden="true" />
      <p className={styles.words}>
        {t('frame.help.question')}{' '}
        {commune ? (
          <>
            <ContactLine contact={commune.contact} />{' '}
            <span className={styles.mail}>{t('frame.help.email', { email: commune.contact.email })}</span>
          </>
        ) : (
          t('frame.help.chooseTown')
        )}
      </p>
    </footer>
  );
}
