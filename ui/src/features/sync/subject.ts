import { type Text, useText } from '../../lib/i18n';
import type { DetailChangeView, OutboxItemView } from '../../lib/ipc';
import { noticeTitle } from '../../lib/notices';
import { valueText } from '../../lib/values';

interface Subject {
  title: string;
  /** Old → new, in one line. */
  change: string | null;
}

/** What an operation is about. */
export function useSubject(): (subject: OutboxItemView['subject']) => Subject {
  const { t } = useText();
  return (subject) => {
    switch (subject.type) {
      case 'changeDetail':
        return changed(subject.change, t);
      case 'cancel': {
        if (subject.change === null) return { title: t('sync.subject.cancel'), change: null };
        const { title, change } = changed(subject.change, t);
        return { title: t('sync.subject.cancelOf', { title }), change };
      }
      case 'acknowledgeNotice': {
        const title = subject.notice === null ? null : noticeTitle(subject.notice.what, t);
        const words = title === null ? t('sync.subject.noticeUnknown') : t('sync.subject.notice', { title });
        return { title: words, change: null };
      }
      case 'changeDays': {
        const { days: count, periodName: name } = subject;
        const title =
          name === null ? t('sync.subject.daysUnknown', { count }) : t('sync.subject.days', { count, name });
        return { title, change: null };
      }
      case 'unknown':
        return { title: t('sync.subject.unknown'), change: null };
    }
  };
}

function changed(change: DetailChangeView, t: Text): Subject {
  const field = t(`details.field.${change.field}`);
  return {
    title: change.personName === null ? field : t('details.of', { field, name: change.personName }),
    change: t('sync.subject.change', { old: valueText(change.old, t), new: valueText(change.new, t) }),
  };
}
