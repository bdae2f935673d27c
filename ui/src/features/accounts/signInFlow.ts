import { createContext, useContext } from 'react';
import type { CommuneView } from '../../lib/ipc';

/** What is known so far of somebody who signs in. In memory only; gone with the window. */
export interface SignInFlow {
  commune?: CommuneView;
  /** From the letter's QR code, or typed so far. */
  identifiant?: string;
  /** For a town that the directory does not know: the text that led there, and the host that was agreed to. */
  unlisted?: { invitation: string; host: string };
  /** Text of the letter's link with which the application was opened, to be read. */
  letter?: string;
  /** The space whose connection with the town was just ended: the chooser says so. */
  signedOut?: { who: string };
}

interface SignInFlowStore {
  flow: SignInFlow;
  setFlow: (flow: SignInFlow) => void;
}

export const SignInFlowContext = createContext<SignInFlowStore | null>(null);

export function useSignInFlow(): SignInFlowStore {
  const store = useContext(SignInFlowContext);
  if (!store) throw new Error('the sign-in pages stand outside the root');
  return store;
}
