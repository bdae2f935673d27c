import type { DetailValueView } from '../../../lib/ipc';
import { Address, NotGiven } from '../values';

/** A value of a detail, as read. */
export function Value({ value }: { value: DetailValueView }) {
  switch (value.type) {
    case 'notGiven':
      return <NotGiven />;
    case 'address':
      return <Address address={value.address} />;
    case 'text':
      return value.text;
  }
}
