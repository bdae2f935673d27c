import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { Notice } from '../../../components/Notice';
import { Card } from '../../../components/Page';
import { Suggest } from '../../../components/Suggest';
import { TextField } from '../../../components/TextField';
import { useText } from '../../../lib/i18n';
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
      {waiting ? <Locked change={waiting} /> : <AddressFields details={details} problem={problem} />}
    </Card>
  );
}

function AddressFields({ details, problem }: AddressCardProps) {
  const { t } = useText();
  const { edits, edit } = useDetailsDraft();
  const [asked, setAsked] = useState('');
  const { suggestions, unreachable } = useSuggestions(asked);
  const value = (part: AddressPart) => addressValue(details, edits, part);
  const field = (part: Exclude<AddressPart, 'street'>) => ({
    id: controlId(addressPath(part)),
    label: t(`details.part.${part}`),
    value: value(part),
    error: problem(addressPath(part)),
    onChange: (event: { target: { value: string } }) => edit({ [addressPath(part)]: event.target.value }),
  });

  return (
    <>
      {unreachable && <Notice tone="information">{t('details.address.offline')}</Notice>}
      <Suggest
        id={controlId(addressPath('street'))}
        label={t('details.part.street')}
        hint={unreachable ? undefined : t('details.address.hint')}
        error={problem(addressPath('street'))}
        value={value('street')}
        suggestions={suggestions.map((address, at) => ({
          id: String(at),
          text: address.street,
          detail: `${address.postcode} ${address.city}`,
        }))}
        empty={unreachable ? undefined : t('details.address.none')}
        autoComplete="street-address"
        onChange={(street) => {
          if (street === value('street')) return;
          edit({ [addressPath('street')]: street });
          setAsked(street);
        }}
        onPick={(at) => {
          const address = suggestions[Number(at)];
          if (!address) return;
          setAsked('');
          edit({
            [addressPath('street')]: address.street,
            [addressPath('postcode')]: address.postcode,
            [addressPath('city')]: address.city,
          });
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
function useSuggestions(street: string): { suggestions: readonly AddressView[]; unreachable: boolean } {
  const offline = useSyncStatus()?.state === 'offline';
  const text = useSettled(street.trim());
  const query = useQuery({
    queryKey: ['addresses', text],
    queryFn: () => backend.suggestAddresses(text),
    enabled: !offline && text.length >= 4,
    placeholderData: keepPreviousData,
    gcTime: 0,
  });
  return {
    suggestions: text.length >= 4 && street.trim() !== '' ? (query.data ?? none) : none,
    unreachable: offline || query.isError,
  };
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
