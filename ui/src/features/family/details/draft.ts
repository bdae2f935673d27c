/**
 * What is typed in *Modifier mes coordonnées* and not validated yet. Only the fields somebody touched are kept, each with
 * what it showed then, so that a value that changes on record meanwhile is told, never sent back to what it was. In
 * memory; another space starts afresh.
 */
import { createContext, useContext, useMemo, useState } from 'react';
import type {
  AddressEditRequest,
  AddressView,
  AdultDetailsView,
  AdultEditRequest,
  ChangeDetailsRequest,
  DetailFieldView,
  DetailsView,
  FieldProblemView,
} from '../../../lib/ipc';

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

interface Edits {
  address: AddressEditRequest | null;
  adults: Readonly<Record<Path, AdultEditRequest>>;
}

/** What is being typed, and what the last attempt found wrong with it. */
interface Draft {
  edits: Edits;
  problems: readonly FieldProblemView[];
}

interface DetailsDraft extends Draft {
  editAddress: (shown: AddressView | null, changed: Partial<Record<AddressPart, string>>) => void;
  editAdult: (adult: AdultDetailsView, part: AdultPart, typed: string) => void;
  /** What an attempt found wrong. A value told to be another by now counts as shown from here on. */
  tell: (problems: readonly FieldProblemView[]) => void;
  /** Some of it is mended meanwhile. */
  mended: (problems: readonly FieldProblemView[]) => void;
  clear: () => void;
}

const untouched: Edits = { address: null, adults: {} };
const nothing: Draft = { edits: untouched, problems: [] };

const typedOver = (shown: AddressView | null): Record<AddressPart, string> => ({
  street: shown?.street ?? '',
  complement: shown?.complement ?? '',
  postcode: shown?.postcode ?? '',
  city: shown?.city ?? '',
});

/** An edit, or none any more where it says again what was shown. */
function addressEdit(shown: AddressView | null, typed: AddressEditRequest['typed']): AddressEditRequest | null {
  const before = typedOver(shown);
  return addressParts.some((part) => typed[part] !== before[part]) ? { shown, typed } : null;
}

function adultEdit(edits: Edits, path: Path, edit: AdultEditRequest): Edits {
  const { [path]: _, ...others } = edits.adults;
  return { ...edits, adults: edit.typed === (edit.shown ?? '') ? others : { ...others, [path]: edit } };
}

/** What is on record by now takes the place of what was shown; what somebody typed themselves stays. */
function shownAnew(edits: Edits, { field, rule, now }: FieldProblemView): Edits {
  if (rule !== 'changed' || now === null) return edits;
  const { address } = edits;
  if (field.startsWith('address.') && address) {
    const shown = now.type === 'address' ? now.address : null;
    const [before, after] = [typedOver(address.shown), typedOver(shown)];
    const typed = { ...after };
    for (const part of addressParts) {
      if (address.typed[part] !== before[part]) typed[part] = address.typed[part];
    }
    return { ...edits, address: addressEdit(shown, typed) };
  }
  const edit = edits.adults[field];
  return edit ? adultEdit(edits, field, { ...edit, shown: now.type === 'text' ? now.text : null }) : edits;
}

export function useDetailsDraftStore(profileId: string | null): DetailsDraft {
  const [store, setStore] = useState<{ owner: string | null; draft: Draft }>({ owner: profileId, draft: nothing });
  const draft = store.owner === profileId ? store.draft : nothing;
  return useMemo(() => {
    const change = (next: (draft: Draft) => Draft): void =>
      setStore((kept) => ({ owner: profileId, draft: next(kept.owner === profileId ? kept.draft : nothing) }));
    return {
      ...draft,
      editAddress: (onRecord, changed) =>
        change(({ edits, ...rest }) => {
          const shown = edits.address ? edits.address.shown : onRecord;
          const typed = { ...(edits.address?.typed ?? typedOver(shown)), ...changed };
          return { ...rest, edits: { ...edits, address: addressEdit(shown, typed) } };
        }),
      editAdult: (adult, field, typed) =>
        change(({ edits, ...rest }) => {
          const path = adultPath(adult.personId, field);
          const shown = edits.adults[path] ? edits.adults[path].shown : adult[field];
          return { ...rest, edits: adultEdit(edits, path, { personId: adult.personId, field, shown, typed }) };
        }),
      tell: (problems) => change(({ edits }) => ({ edits: problems.reduce(shownAnew, edits), problems })),
      mended: (problems) => change((kept) => ({ ...kept, problems })),
      clear: () => change(() => nothing),
    };
  }, [profileId, draft]);
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
  return edits.address?.typed[part] ?? details.address?.[part] ?? '';
}

export function adultValue(adult: AdultDetailsView, edits: Edits, part: AdultPart): string {
  return edits.adults[adultPath(adult.personId, part)]?.typed ?? adult[part] ?? '';
}

/** The form as the client reads it: what was touched, save where a change waits already. */
export function requestOf(details: DetailsView, edits: Edits): ChangeDetailsRequest {
  // In the order of the screen, so that step 2 shows it the same way.
  const touched = details.adults.flatMap(({ personId }) =>
    adultParts.flatMap((part) => edits.adults[adultPath(personId, part)] ?? []),
  );
  return {
    address: waitingFor(details, 'address', null) ? null : edits.address,
    adults: touched.filter(({ personId, field }) => !waitingFor(details, field, personId)),
  };
}
