/**
 * What is typed in *Modifier mes coordonnées* and not validated yet. Only the fields somebody touched are kept, so that
 * a value that changes on record meanwhile is never sent back to what it was. In memory; another space starts afresh.
 */
import { createContext, useContext, useMemo, useState } from 'react';
import type { AdultDetailsView, ChangeDetailsRequest, DetailFieldView, DetailsView } from '../../../lib/ipc';

/** Path of a field, as the client names it in its problems. */
export type Path = string;

export const addressParts = ['street', 'complement', 'postcode', 'city'] as const;
export const adultParts = ['mobilePhone', 'landlinePhone', 'email'] as const;
export type AddressPart = (typeof addressParts)[number];
export type AdultPart = (typeof adultParts)[number];

export const addressPath = (part: AddressPart): Path => `address.${part}`;
export const adultPath = (personId: string, part: AdultPart): Path => `adults.${personId}.${part}`;

/** The control's id in the page; dots would be classes in a selector. */
export const controlId = (path: Path): string => `details-${path.replaceAll('.', '-')}`;

type Edits = Readonly<Record<Path, string>>;

interface DetailsDraft {
  edits: Edits;
  edit: (changed: Edits) => void;
  clear: () => void;
}

const nothing: Edits = {};

export function useDetailsDraftStore(profileId: string | null): DetailsDraft {
  const [store, setStore] = useState<{ owner: string | null; edits: Edits }>({ owner: profileId, edits: nothing });
  const edits = store.owner === profileId ? store.edits : nothing;
  return useMemo(
    () => ({
      edits,
      edit: (changed) => setStore({ owner: profileId, edits: { ...edits, ...changed } }),
      clear: () => setStore({ owner: profileId, edits: nothing }),
    }),
    [profileId, edits],
  );
}

export const DetailsDraftContext = createContext<DetailsDraft | null>(null);

export function useDetailsDraft(): DetailsDraft {
  const draft = useContext(DetailsDraftContext);
  if (!draft) throw new Error('the details pages stand outside a space');
  return draft;
}

/** A change of this field waits: it cannot be changed again until it is settled. */
export function waitingFor(details: DetailsView, field: DetailFieldView, personId: string | null) {
  return details.waiting.find((change) => change.field === field && change.personId === personId);
}

export function addressValue(details: DetailsView, edits: Edits, part: AddressPart): string {
  return edits[addressPath(part)] ?? details.address?.[part] ?? '';
}

export function adultValue(adult: AdultDetailsView, edits: Edits, part: AdultPart): string {
  return edits[adultPath(adult.personId, part)] ?? adult[part] ?? '';
}

/** The form as the client reads it. A field that waits goes as it is on record, so that it makes no change. */
export function requestOf(details: DetailsView, edits: Edits): ChangeDetailsRequest {
  const addressTouched = addressParts.some((part) => edits[addressPath(part)] !== undefined);
  const address = (part: AddressPart) => addressValue(details, edits, part);
  return {
    address:
      addressTouched && !waitingFor(details, 'address', null)
        ? {
            street: address('street'),
            complement: address('complement'),
            postcode: address('postcode'),
            city: address('city'),
          }
        : null,
    adults: details.adults.map((adult) => {
      const value = (part: AdultPart) =>
        adultValue(adult, waitingFor(details, part, adult.personId) ? nothing : edits, part);
      return {
        personId: adult.personId,
        mobilePhone: value('mobilePhone'),
        landlinePhone: value('landlinePhone'),
        email: value('email'),
      };
    }),
  };
}
