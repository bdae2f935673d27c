import { Accessibility, Settings2 } from 'lucide-react';
import type { ReactNode } from 'react';
import { LinkButton } from '../components/Button';
import { useInvitationLink } from '../features/accounts/useInvitationLink';
import { useText } from '../lib/i18n';
import type { CommuneView } from '../lib/ipc';
import styles from './Frame.module.css';
import { HelpLine } from './HelpLine';
import { SkipLink } from './SkipLink';
import { TopBar } from './TopBar';

/** The frame before a space is open. */
export function OuterFrame({ commune, children }: { commune: CommuneView | null; children: ReactNode }) {
  const { t } = useText();
  useInvitationLink();
  return (
    <div className={`${styles.frame} ${styles.outer}`}>
      <SkipLink />
      <TopBar commune={commune?.name ?? null}>
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
      <HelpLine commune={commune} />
    </div>
  );
}
