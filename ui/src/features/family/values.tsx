import { useText } from '../../lib/i18n';
import type { AddressView } from '../../lib/ipc';
import styles from './Person.module.css';

/** A postal address on its lines. */
export function Address({ address }: { address: AddressView }) {
  return (
    <>
      {address.street}
      {address.complement && (
        <>
          <br />
          {address.complement}
        </>
      )}
      <br />
      {address.postcode} {address.city}
    </>
  );
}

export function NotGiven() {
  const { t } = useText();
  return <span className={styles.missing}>{t('family.notGiven')}</span>;
}
