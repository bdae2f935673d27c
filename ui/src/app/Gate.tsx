import { Navigate, Outlet } from 'react-router';
import type { SessionView } from '../lib/ipc';
import { useSession } from '../lib/session';

const starts: Record<SessionView['type'], string> = {
  signedOut: '/connexion',
  firstCode: '/premier-code',
  open: '/',
};

/** Shows its pages only while the session is where they belong; otherwise goes where the session begins. */
export function Gate({ allow }: { allow: SessionView['type'] }) {
  const type = useSession().data?.type;
  if (type === undefined) return null;
  return type === allow ? <Outlet /> : <Navigate to={starts[type]} replace />;
}
