import { Accessibility, Settings2 } from 'lucide-react';
import type { ReactNode } from 'react';
import { useLocation } from 'react-router';
import { LinkButton } from '../components/Button';
import { useSignInFlow } from '../features/accounts/signInFlow';
import { useInvitationLink } from '../features/accounts/useInvitationLink';
import { EndButton } from '../features/kiosk/EndButton';
import { LeaveKiosk } from '../features/kiosk/LeaveKiosk';
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
  /** A space is there, locked: a letter's link waits until it is opened or left. */
  locked: boolean;
  children: ReactNode;
}

/** The frame before a space is open. */
export function OuterFrame({ town, contact, locked, children }: OuterFrameProps) {
  const { t } = useText();
  const { pathname, state } = useLocation() as { pathname: string; state: { from?: string } | null };
  const { commune } = useSignInFlow().flow;
  useInvitationLink(!locked);
  // The choice of a town is never thrown away by a look at something else.
  const home = !locked && commune ? '/connexion/espace' : '/';
  const aside = pathname === '/preferences' || pathname === '/accessibilite';
  const from = aside ? (state?.from ?? home) : pathname;
  return (
    <div className={`${styles.frame} ${styles.outer}`}>
      <SkipLink />
      <TopBar commune={town} home={home}>
        <LinkButton
          look="quiet"
          to="/preferences"
          state={{ from }}
          icon={<Settings2 size="1.125rem" aria-hidden="true" />}
        >
          {t('preferences.title')}
        </LinkButton>
        <LinkButton
          look="quiet"
          to="/accessibilite"
          state={{ from }}
          icon={<Accessibility size="1.125rem" aria-hidden="true" />}
        >
          {t('about.short')}
        </LinkButton>
        <EndButton />
      </TopBar>
      <main id="contenu" className={styles.main} tabIndex={-1}>
        {children}
      </main>
      <HelpLine contact={contact} aside={<LeaveKiosk />} />
    </div>
  );
}
