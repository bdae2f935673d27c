import { CircleCheck, CircleX, CloudOff, CloudUpload, Hourglass } from 'lucide-react';
import type { ReactNode } from 'react';
import { Badge } from '../../components/Badge';
import type { Tone } from '../../components/Notice';
import { refusalSentence, troubleSentences } from '../../lib/failures';
import { type MessageId, useText } from '../../lib/i18n';
import type { OutboxItemView, OutboxStateView, SyncStatusView } from '../../lib/ipc';

const size = { size: '0.875rem', 'aria-hidden': true } as const;

const looks: Record<OutboxStateView['type'], { tone: Tone; icon: ReactNode; label: MessageId }> = {
  kept: { tone: 'attention', icon: <CloudOff {...size} />, label: 'sync.item.kept' },
  unanswered: { tone: 'attention', icon: <CloudUpload {...size} />, label: 'sync.item.unanswered' },
  applied: { tone: 'success', icon: <CircleCheck {...size} />, label: 'sync.item.applied' },
  waiting: { tone: 'information', icon: <Hourglass {...size} />, label: 'sync.item.waiting' },
  rejected: { tone: 'danger', icon: <CircleX {...size} />, label: 'sync.item.rejected' },
};

export function ItemState({ state }: { state: OutboxStateView }) {
  const { t } = useText();
  const { tone, icon, label } = looks[state.type];
  return (
    <Badge tone={tone} icon={icon}>
      {t(label)}
    </Badge>
  );
}

/** Why it waits, or what the answer was. */
export function useItemWords(): (item: OutboxItemView, status: SyncStatusView) => string {
  const { t } = useText();
  return ({ state }, status) => {
    switch (state.type) {
      case 'kept':
        return status.trouble
          ? t('sync.item.kept.because', { reason: t(troubleSentences[status.trouble]) })
          : t('sync.item.kept.words');
      case 'unanswered':
        return t('sync.item.unanswered.words');
      case 'applied':
        return t('sync.item.applied.words');
      case 'waiting':
        return t('sync.item.waiting.words');
      case 'rejected':
        return t(refusalSentence(state.code));
    }
  };
}
