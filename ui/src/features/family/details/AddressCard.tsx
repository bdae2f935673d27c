import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { Card } from '../../../components/Page';
import { Suggest } from '../../../components/Suggest';
import { TextField } from '../../../components/TextField';
import { type MessageId, useText } from '../../../lib/i18n';
import { type AddressView, backend, type DetailsView } from '../../../lib/ipc';
import { useSyncStatus } from '../../../lib/syncStatus';
import styles from './Details.module.css';
import {
  type AddressPart,
  addressPath,
  addressValue,
  controlId,
  type Path,
  useDetailsDraft,
  waitingFor,
} from './draft';
import { Locked } from './Locked';

interface AddressCardProps {
  details: DetailsView;
  problem: (path: Path) => string | undefined;
}

export function AddressCard({ details, problem }: AddressCardProps) {
  const { t } = useText();
  const waiting = waitingFor(details, 'address', null);
  return (
    <Card title={t('details.address.title')} id="details-address">
      {details.addressByHand && !waiting && <p className={styles.byHand}>{t('details.address.byHand')}</p>}
      {waiting ? (
        <Locked id={controlId(addressPath('street'))} change={waiting} />
      ) : (
        <AddressFields details={details} problem={problem} />
      )}
    </Card>
  );
}

function AddressFields({ details, problem }: AddressCardProps) {
  const { t } = useText();
  const { edits, editAddress } = useDetailsDraft();
  const edit = (changed: Partial<Record<AddressPart, string>>) => editAddress(details.address, changed);
  const [asked, setAsked] = useState('');
  const { suggestions, status } = useSuggestions(asked);
  const value = (part: AddressPart) => addressValue(details, edits, part);
  const field = (part: Exclude<AddressPart, 'street'>) => ({
    id: controlId(addressPath(part)),
    label: t(`details.part.${part}`),
    value: value(part),
    error: problem(addressPath(part)),
    onChange: (event: { target: { value: string } }) => edit({ [part]: event.target.value }),
  });

  return (
    <>
      <Suggest
        id={controlId(addressPath('street'))}
        label={t('details.part.street')}
        hint={t('details.address.hint')}
        error={problem(addressPath('street'))}
        value={value('street')}
        suggestions={suggestions.map((address, at) => ({
          id: String(at),
          text: address.street,
          detail: `${address.postcode} ${address.city}`,
        }))}
        status={status && t(status)}
        autoComplete="street-address"
        onChange={(street) => {
          if (street === value('street')) return;
          edit({ street });
          setAsked(street);
        }}
        onPick={(at) => {
          const address = suggestions[Number(at)];
          if (!address) return;
          setAsked('');
          edit({ street: address.street, postcode: address.postcode, city: address.city });
        }}
      />
      <TextField {...field('complement')} aside={t('frame.optional')} hint={t('details.address.complementHint')} />
      <div className={styles.pair}>
        <TextField {...field('postcode')} inputMode="numeric" autoComplete="postal-code" />
        <TextField {...field('city')} autoComplete="address-level2" />
      </div>
    </>
  );
}

const none: AddressView[] = [];

/** Addresses that correspond to what is typed; only with a network, and never needed. */
function useSuggestions(street: string): { suggestions: readonly AddressView[]; status: MessageId | undefined } {
  const offline = useSyncStatus()?.state === 'offline';
  const text = useSettled(street.trim());
  const query = useQuery({
    queryKey: ['addresses', text],
    queryFn: () => backend.suggestAddresses(text),
    enabled: !offline && text.length >= 4,
    placeholderData: keepPreviousData,
    gcTime: 0,
  });
  const searched = text.length >= 4 && street.trim() !== '';
  const suggestions = searched ? (query.data ?? none) : none;
  if (offline || query.isError) return { suggestions, status: 'details.address.offline' };
  const nothing = searched && query.isSuccess && !query.isPlaceholderData && suggestions.length === 0;
  return { suggestions, status: nothing ? 'details.address.none' : undefined };
}

/** The value once it stopped changing for a moment: no question to the server at each key. */
function useSettled(value: string): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), 250);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}
