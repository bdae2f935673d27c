import { useText } from '../../lib/i18n';
import type { DetailValueView, OutboxItemView } from '../../lib/ipc';

/** What an operation is about: its title, and its old → new in one line. */
export function useSubject(): (subject: OutboxItemView['subject']) => { title: string; change: string | null } {
  const { t } = useText();
  const value = (view: DetailValueView): string => {
    switch (view.type) {
      case 'notGiven':
        return t('family.notGiven');
      case 'text':
        return view.text;
      case 'address': {
        const { street, complement, postcode, city } = view.address;
        return [street, complement, `${postcode} ${city}`].filter(Boolean).join(', ');
      }
    }
  };
  return (subject) => {
    switch (subject.type) {
      case 'cancel':
        return { title: t('sync.subject.cancel'), change: null };
      case 'changeDetail': {
        const { change } = subject;
        const field = t(`details.field.${change.field}`);
        return {
          title: change.personName === null ? field : t('details.of', { field, name: change.personName }),
          change: t('sync.subject.change', { old: value(change.old), new: value(change.new) }),
        };
      }
    }
  };
}
