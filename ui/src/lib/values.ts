import type { Text } from './i18n';
import type { DetailValueView } from './ipc';

/** A value of a detail in one line. */
export function valueText(value: DetailValueView, t: Text): string {
  switch (value.type) {
    case 'notGiven':
      return t('family.notGiven');
    case 'text':
      return value.text;
    case 'address': {
      const { street, complement, postcode, city } = value.address;
      return [street, complement, `${postcode} ${city}`].filter(Boolean).join(', ');
    }
  }
}
