import { useText } from '../../lib/i18n';
import type { OutboxItemView } from '../../lib/ipc';
import { valueText } from '../../lib/values';

/** What an operation is about: its title, and its old → new in one line. */
export function useSubject(): (subject: OutboxItemView['subject']) => { title: string; change: string | null } {
  const { t } = useText();
  return (subject) => {
    switch (subject.type) {
      case 'cancel':
        return { title: t('sync.subject.cancel'), change: null };
      case 'changeDetail': {
        const { change } = subject;
        const field = t(`details.field.${change.field}`);
        return {
          title: change.personName === null ? field : t('details.of', { field, name: change.personName }),
          change: t('sync.subject.change', { old: valueText(change.old, t), new: valueText(change.new, t) }),
        };
      }
    }
  };
}
