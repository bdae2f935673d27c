import type { ReactNode } from 'react';
import { CloseWindow } from '../features/accounts/CloseWindow';
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
  const { commune, signInAgain } = useSpace();
  return (
    <div className={styles.frame}>
      <SkipLink />
      <TopBar commune={commune.name} home="/">
        <SyncIndicator />
        <AccountMenu />
      </TopBar>
      <PeopleColumn />
      <main id="contenu" className={styles.main} tabIndex={-1}>
        {signInAgain && <SignInAgain />}
        {children}
      </main>
      <CloseWindow />
      <HelpLine contact={commune.contact} />
    </div>
  );
}
