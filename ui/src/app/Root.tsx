import { useQueryClient } from '@tanstack/react-query';
import { Suspense, useEffect, useState } from 'react';
import { Outlet, useLocation, useNavigate } from 'react-router';
import { Loaded } from '../components/Loaded';
import { type SignInFlow, SignInFlowContext } from '../features/accounts/signInFlow';
import { DetailsDraftContext, useDetailsDraftStore } from '../features/family/details/draft';
import { communeAccent } from '../lib/accent';
import { useText } from '../lib/i18n';
import type { CommuneView, ContactLineView, SessionView } from '../lib/ipc';
import { useKiosk } from '../lib/kiosk';
import { PlaceContext } from '../lib/place';
import { SpaceContext, useSession } from '../lib/session';
import { ErrorBoundary } from './ErrorBoundary';
import { Fault } from './Fault';
import { Frame } from './Frame';
import { OuterFrame } from './OuterFrame';
import styles from './Root.module.css';

/** What every page stands in: the session decides the frame, and with it the commune's name, colour and help line. */
export function Root() {
  const { t } = useText();
  const session = useSession();
  return (
    <div className={styles.root}>
      {session.data ? (
        <Place session={session.data} />
      ) : (
        <main className={styles.alone}>
          <Loaded query={session} title={t('frame.familySpace')}>
            {() => null}
          </Loaded>
        </main>
      )}
    </div>
  );
}

function Place({ session }: { session: SessionView }) {
  const { pathname } = useLocation();
  const kiosk = useKiosk();
  const navigate = useNavigate();
  const [flow, setFlow] = useState<SignInFlow>({});
  const commune = session.type === 'signedOut' ? (flow.commune ?? null) : session.commune;
  const profileId = session.type === 'open' ? session.profile.id : null;
  // What is being typed outlives the lock; nobody can look at it meanwhile.
  const draft = useDetailsDraftStore(session.type === 'locked' ? session.profile.id : profileId);
  const locked = session.type === 'locked';
  // Pages that need no space say nothing of a lock: it is shown once, wherever it fell.
  // biome-ignore lint/correctness/useExhaustiveDependencies: when it falls, not each time that one looks elsewhere.
  useEffect(() => {
    if (locked) void navigate('/verrouille', { replace: true, state: { from: pathname } });
  }, [locked]);
  useAccent(commune);
  useForgetting(profileId);
  // Who is in has signed in: the next sign-in begins anew.
  useEffect(() => {
    if (profileId !== null) setFlow({});
  }, [profileId]);

  const page = (
    <ErrorBoundary key={pathname} fallback={<Fault />}>
      {/* Where the application begins at a page that is read later; while one goes there, the page before stays. */}
      <Suspense>
        <Outlet />
      </Suspense>
    </ErrorBoundary>
  );
  return (
    <PlaceContext value={commune?.name ?? null}>
      <SignInFlowContext value={{ flow, setFlow }}>
        {session.type === 'open' ? (
          <SpaceContext value={session}>
            <DetailsDraftContext value={draft}>
              <Frame>{page}</Frame>
            </DetailsDraftContext>
          </SpaceContext>
        ) : (
          <OuterFrame
            town={commune?.name ?? kiosk?.commune.name ?? null}
            contact={commune?.contact ?? kiosk?.commune.contact ?? contactOf(session)}
            locked={session.type === 'locked'}
          >
            {page}
          </OuterFrame>
        )}
      </SignInFlowContext>
    </PlaceContext>
  );
}

/** Before a space is open: whom to call in the town of this computer's spaces, when they are all of one town. */
function contactOf(session: SessionView): ContactLineView | null {
  if (session.type !== 'signedOut') return null;
  const contacts = session.profiles.map((profile) => profile.contact);
  const [first] = contacts;
  return first && contacts.every((contact) => contact?.phone === first.phone) ? first : null;
}

/** The commune's colour in the light theme, where it can be read; the styles know the rest. */
function useAccent(commune: CommuneView | null): void {
  const hex = commune?.accent ?? null;
  useEffect(() => {
    const { style } = document.documentElement;
    const colours = communeAccent(hex);
    if (!colours) return;
    style.setProperty('--commune-accent', colours.accent);
    style.setProperty('--commune-accent-soft', colours.soft);
    return () => {
      style.removeProperty('--commune-accent');
      style.removeProperty('--commune-accent-soft');
    };
  }, [hex]);
}

/** Once a space is closed or changed, nothing of it stays in the window's memory. */
function useForgetting(profileId: string | null): void {
  const client = useQueryClient();
  useEffect(() => {
    client.removeQueries({
      predicate: ({ queryKey }) => queryKey[0] === 'space' && queryKey[1] !== profileId,
    });
  }, [client, profileId]);
}
