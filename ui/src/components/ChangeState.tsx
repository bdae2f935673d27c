import {
  CircleCheck,
  CircleX,
  CloudOff,
  CloudUpload,
  Hourglass,
  ListStart,
  MailCheck,
  MailX,
  OctagonPause,
  Undo2,
  WifiOff,
} from 'lucide-react';
import type { ReactNode } from 'react';
import { refusalSentence, troubleSentences } from '../lib/failures';
import { type MessageId, type Text, useText } from '../lib/i18n';
import type { DetailChangeView, DetailStateView, OutboxStateView } from '../lib/ipc';
import { useSyncStatus } from '../lib/syncStatus';
import { Badge } from './Badge';
import type { Tone } from './Notice';

/** How far a request is. One name each, the same on every screen. */
type StateName =
  | 'toSend'
  | 'sending'
  | 'unanswered'
  | 'blocked'
  | 'behind'
  | 'givingUp'
  | 'awaitsTown'
  | 'awaitsConfirmation'
  | 'accepted'
  | 'refused'
  | 'withdrawn'
  | 'expired';

const size = { size: '0.875rem', 'aria-hidden': true } as const;

const looks: Record<StateName, { tone: Tone | 'neutral'; icon: ReactNode; label: MessageId }> = {
  toSend: { tone: 'attention', icon: <CloudOff {...size} />, label: 'frame.state.toSend' },
  sending: { tone: 'information', icon: <CloudUpload {...size} />, label: 'frame.state.sending' },
  unanswered: { tone: 'attention', icon: <WifiOff {...size} />, label: 'frame.state.unanswered' },
  blocked: { tone: 'danger', icon: <OctagonPause {...size} />, label: 'frame.state.blocked' },
  behind: { tone: 'attention', icon: <ListStart {...size} />, label: 'frame.state.behind' },
  givingUp: { tone: 'neutral', icon: <Undo2 {...size} />, label: 'frame.state.givingUp' },
  awaitsTown: { tone: 'information', icon: <Hourglass {...size} />, label: 'frame.state.awaitsTown' },
  awaitsConfirmation: { tone: 'attention', icon: <MailCheck {...size} />, label: 'frame.state.awaitsConfirmation' },
  accepted: { tone: 'success', icon: <CircleCheck {...size} />, label: 'frame.state.accepted' },
  refused: { tone: 'danger', icon: <CircleX {...size} />, label: 'frame.state.refused' },
  withdrawn: { tone: 'neutral', icon: <Undo2 {...size} />, label: 'frame.state.withdrawn' },
  expired: { tone: 'attention', icon: <MailX {...size} />, label: 'frame.state.expired' },
};

/** What the outbox alone knows of a request, in the words of the others. */
const ofOutbox: Record<OutboxStateView['type'], StateName> = {
  kept: 'toSend',
  unanswered: 'unanswered',
  blocked: 'blocked',
  behind: 'behind',
  givingUp: 'givingUp',
  applied: 'accepted',
  waiting: 'awaitsTown',
  rejected: 'refused',
};

type Asked = DetailStateView | OutboxStateView;

function nameOf(state: Asked, sending: boolean): StateName {
  // On its way right now, there is nothing to worry about yet.
  const sent = sending ? 'sending' : 'unanswered';
  switch (state.type) {
    case 'toSend':
      if (state.pending.state === 'unanswered') return sent;
      if (state.pending.state === 'blocked') return 'blocked';
      return state.pending.state === 'answered' ? 'sending' : 'toSend';
    case 'unanswered':
      return sent;
    case 'kept':
    case 'blocked':
    case 'behind':
    case 'givingUp':
    case 'applied':
    case 'waiting':
    case 'rejected':
      return ofOutbox[state.type];
    default:
      return state.type;
  }
}

export function ChangeState({ state }: { state: Asked }) {
  const { t } = useText();
  const { tone, icon, label } = looks[nameOf(state, useSyncStatus()?.state === 'sending')];
  return (
    <Badge tone={tone} icon={icon}>
      {t(label)}
    </Badge>
  );
}

/** What the state means and what to do, when there is something to say. Without a change: of another request. */
export function useStateWords(): (state: Asked, change: DetailChangeView | null) => string | null {
  const { t } = useText();
  const status = useSyncStatus();
  return (state, change) => {
    switch (nameOf(state, status?.state === 'sending')) {
      case 'toSend':
        return status?.trouble
          ? t('frame.state.toSend.because', { reason: t(troubleSentences[status.trouble]) })
          : t('frame.state.toSend.words');
      case 'sending':
        return t('frame.state.sending.words');
      case 'unanswered':
        return t('frame.state.unanswered.words');
      case 'blocked':
        return t('frame.state.blocked.words');
      case 'behind':
        return t('frame.state.behind.words');
      case 'givingUp':
        return t('frame.state.givingUp.words');
      case 'awaitsTown':
        return t('frame.state.awaitsTown.words', { field: until(change) });
      case 'awaitsConfirmation':
        return t('frame.state.awaitsConfirmation.words', { field: until(change) });
      case 'refused':
        return refused(state, t);
      case 'expired':
        return t('frame.state.expired.words');
      case 'accepted':
      case 'withdrawn':
        return null;
    }
  };
}

/** What stays in use until the answer. */
const until = (change: DetailChangeView | null): string =>
  change === null || change.old.type === 'notGiven' ? 'none' : change.field;

function refused(state: Asked, t: Text): string {
  if (state.type === 'rejected') return t(refusalSentence(state.code));
  if (state.type !== 'refused') return t('frame.state.refused.words');
  if (state.reason !== null) return t('frame.state.refused.reason', { reason: state.reason });
  return t(state.code === null ? 'frame.state.refused.words' : refusalSentence(state.code));
}
