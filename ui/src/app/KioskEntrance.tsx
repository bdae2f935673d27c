import type { ReactNode } from 'react';
import { useNavigate } from 'react-router';
import { useSignInFlow } from '../features/accounts/signInFlow';
import { StartKioskPage } from '../features/kiosk/StartKioskPage';
import { Welcome } from '../features/kiosk/Welcome';
import { useKiosk } from '../lib/kiosk';

/** Where sign-in begins: on a kiosk at its commune, elsewhere as on any computer. */
export function Entrance({ children }: { children: ReactNode }) {
  const kiosk = useKiosk();
  const navigate = useNavigate();
  const { setFlow } = useSignInFlow();
  if (!kiosk) return children;
  return (
    <Welcome
      kiosk={kiosk}
      onReady={(commune) => {
        setFlow({ commune });
        void navigate('/connexion/espace', { replace: true });
      }}
    />
  );
}

/** For the agent who makes a kiosk of this computer. */
export function StartKiosk() {
  return <StartKioskPage town={useSignInFlow().flow.commune?.name ?? null} />;
}
