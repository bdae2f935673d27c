import { Navigate, Outlet, useLocation } from 'react-router';
import type { SessionView } from '../lib/ipc';
import { useSession } from '../lib/session';

const starts: Record<SessionView['type'], string> = {
  signedOut: '/connexion',
  firstCode: '/premier-code',
  open: '/',
  locked: '/verrouille',
};

/**
 * Shows its pages only while the session is where they belong; otherwise goes where the session begins. A space that is
 * unlocked begins again where it was locked.
 */
export function Gate({ allow }: { allow: SessionView['type'] }) {
  const { pathname, state } = useLocation() as { pathname: string; state: { from?: string } | null };
  const type = useSession().data?.type;
  if (type === undefined) return null;
  if (type === allow) return <Outlet />;
  if (type === 'locked') return <Navigate to={starts.locked} state={{ from: pathname }} replace />;
  return <Navigate to={allow === 'locked' && type === 'open' ? (state?.from ?? '/') : starts[type]} replace />;
}
