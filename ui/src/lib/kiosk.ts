/** The kiosk whose session this window is. It does not change while the window lives. */
import { createContext, useContext } from 'react';
import type { MessageId } from './i18n';
import type { FailureCode, KioskView, SyncTroubleView } from './ipc';

export const kioskKey = ['kiosk'] as const;

export const KioskContext = createContext<KioskView | null>(null);

/** The kiosk, or nothing on a computer of one's own. */
export const useKiosk = (): KioskView | null => useContext(KioskContext);

/** What is said otherwise where nothing is kept and the computer is not one's own. */
export const kioskFailureSentences: Partial<Record<FailureCode, MessageId>> = {
  unreachable: 'kiosk.failure.unreachable',
  notSent: 'kiosk.failure.notSent',
  busy: 'kiosk.failure.busy',
  signInAgain: 'kiosk.failure.signInAgain',
  signInRefused: 'kiosk.failure.signInRefused',
  diskFull: 'kiosk.failure.full',
  internal: 'kiosk.failure.internal',
};

export const kioskTroubleSentences: Partial<Record<SyncTroubleView, MessageId>> = {
  unreachable: 'kiosk.trouble.unreachable',
  signInAgain: 'kiosk.failure.signInAgain',
  diskFull: 'kiosk.failure.full',
};
