import type { ReactNode } from 'react';
import { CloseWindow } from '../features/accounts/CloseWindow';
import { LosingHere } from '../features/accounts/Losing';
import { useIdleNoted } from '../features/accounts/useIdleNoted';
import { EndOpenSession } from '../features/kiosk/EndButton';
import { useSpace } from '../lib/session';
import { AccountMenu } from './AccountMenu';
import styles from './Frame.module.css';
import { HelpLine } from './HelpLine';
import { PeopleColumn } from './PeopleColumn';
import { SignInAgain } from './SignInAgain';
import { SkipLink } from './SkipLink';
import { SyncIndicator } from './SyncIndicator';
import { TopBar } from './TopBar';

/** The frame of an open space: commune and state on top, the family on the left, help at the bottom. */
export function Frame({ children }: { children: ReactNode }) {
  const { commune, signInAgain, pin } = useSpace();
  useIdleNoted(pin !== null);
  return (
    <div className={styles.frame}>
      <SkipLink />
      <TopBar commune={commune.name} home="/">
        <SyncIndicator />
        <AccountMenu />
        <EndOpenSession />
      </TopBar>
      <PeopleColumn />
      <main id="contenu" className={styles.main} tabIndex={-1}>
        {signInAgain && <SignInAgain />}
        {children}
      </main>
      <CloseWindow losing={<LosingHere />} />
      <HelpLine contact={commune.contact} />
    </div>
  );
}
