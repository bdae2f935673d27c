import { useEffect } from 'react';
import { useNavigate } from 'react-router';
import { backend, onInvitationOpened } from '../../lib/ipc';
import { useSignInFlow } from './signInFlow';

/** The letter's link opens sign-in with its text already there. For the frame that shows while nobody is in. */
export function useInvitationLink(follows: boolean): void {
  const navigate = useNavigate();
  const { setFlow } = useSignInFlow();
  useEffect(() => {
    if (!follows) return;
    const take = async () => {
      // Without an answer there is no link to follow: the ordinary sign-in stays.
      const letter = await backend.openedInvitation().catch(() => null);
      if (letter === null) return;
      setFlow({ letter });
      await navigate('/connexion/commune');
    };
    void take();
    return onInvitationOpened(() => void take());
  }, [follows, navigate, setFlow]);
}
