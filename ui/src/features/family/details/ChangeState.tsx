import { CircleCheck, CircleX, Clock, CloudUpload, Hourglass, MailCheck, Undo2 } from 'lucide-react';
import type { ReactNode } from 'react';
import { Badge } from '../../../components/Badge';
import type { Tone } from '../../../components/Notice';
import { refusalSentence } from '../../../lib/failures';
import { type MessageId, useText } from '../../../lib/i18n';
import type { DetailStateView } from '../../../lib/ipc';

interface Look {
  tone: Tone | 'neutral';
  icon: ReactNode;
  label: MessageId;
}

const size = { size: '0.875rem', 'aria-hidden': true } as const;

const looks: Record<DetailStateView['type'], Look> = {
  toSend: { tone: 'attention', icon: <CloudUpload {...size} />, label: 'details.state.toSend' },
  awaitsTown: { tone: 'information', icon: <Hourglass {...size} />, label: 'details.state.awaitsTown' },
  awaitsConfirmation: { tone: 'attention', icon: <MailCheck {...size} />, label: 'details.state.awaitsConfirmation' },
  accepted: { tone: 'success', icon: <CircleCheck {...size} />, label: 'details.state.accepted' },
  refused: { tone: 'danger', icon: <CircleX {...size} />, label: 'details.state.refused' },
  withdrawn: { tone: 'neutral', icon: <Undo2 {...size} />, label: 'details.state.withdrawn' },
};

const sent: Look = { tone: 'information', icon: <Clock {...size} />, label: 'details.state.sent' };

const lookOf = (state: DetailStateView): Look =>
  state.type === 'toSend' && state.pending.state !== 'kept' ? sent : looks[state.type];

/** How far a change is, in the words of the guide. */
export function ChangeState({ state }: { state: DetailStateView }) {
  const { t } = useText();
  const { tone, icon, label } = lookOf(state);
  return (
    <Badge tone={tone} icon={icon}>
      {t(label)}
    </Badge>
  );
}

/** What the state means and what to do, when there is something to say. */
export function useStateWords(): (state: DetailStateView) => string | null {
  const { t } = useText();
  return (state) => {
    switch (state.type) {
      case 'toSend':
        return t(state.pending.state === 'kept' ? 'details.state.toSend.words' : 'details.state.sent.words');
      case 'awaitsTown':
        return t('details.state.awaitsTown.words');
      case 'awaitsConfirmation':
        return t('details.state.awaitsConfirmation.words');
      case 'refused':
        if (state.reason !== null) return t('details.state.refused.reason', { reason: state.reason });
        return t(state.code === null ? 'details.state.refused.words' : refusalSentence(state.code));
      case 'accepted':
      case 'withdrawn':
        return null;
    }
  };
}
