import { Accessibility, Settings2 } from 'lucide-react';
import type { ReactNode } from 'react';
import { LinkButton } from '../components/Button';
import { useInvitationLink } from '../features/accounts/useInvitationLink';
import { useText } from '../lib/i18n';
import type { ContactLineView } from '../lib/ipc';
import styles from './Frame.module.css';
import { HelpLine } from './HelpLine';
import { SkipLink } from './SkipLink';
import { TopBar } from './TopBar';

interface OuterFrameProps {
  /** The town's name, once chosen. */
  town: string | null;
  /** Whom to call, as soon as it is known. */
  contact: ContactLineView | null;
  children: ReactNode;
}

/** The frame before a space is open. */
export function OuterFrame({ town, contact, children }: OuterFrameProps) {
  const { t } = useText();
  useInvitationLink();
  return (
    <div className={`${styles.frame} ${styles.outer}`}>
      <SkipLink />
      <TopBar commune={town}>
        <LinkButton look="quiet" to="/preferences" icon={<Settings2 size="1.125rem" aria-hidden="true" />}>
          {t('preferences.title')}
        </LinkButton>
        <LinkButton look="quiet" to="/accessibilite" icon={<Accessibility size="1.125rem" aria-hidden="true" />}>
          {t('about.short')}
        </LinkButton>
      </TopBar>
      <main id="contenu" className={styles.main} tabIndex={-1}>
        {children}
      </main>
      <HelpLine contact={contact} />
    </div>
  );
}
