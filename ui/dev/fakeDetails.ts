/** The rules of *Modifier mes coordonnées*, near enough to look at: a preview forecasts. The client's own are in Rust. */
import type * as Contract from '../src/bindings';
import { minutesAgo } from './sampleData';

const text = (value: string | null): Contract.DetailValueView =>
  value ? { type: 'text', text: value } : { type: 'notGiven' };

function forecast(
  { addressByHand, phonesByHand }: Contract.DetailsView,
  change: Pick<Contract.DetailChangeView, 'field' | 'new'>,
): Contract.DetailStateView {
  if (change.field === 'email' && change.new.type === 'text') return { type: 'awaitsConfirmation' };
  const byHand = change.field === 'address' ? addressByHand : phonesByHand;
  return { type: byHand ? 'awaitsTown' : 'accepted' };
}

const equal = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

type Wanted = Pick<Contract.DetailChangeView, 'personId' | 'personName' | 'field' | 'new'> & {
  path: string;
  shown: Contract.DetailValueView;
  onRecord: Contract.DetailValueView;
};

export function changeDetails(
  details: Contract.DetailsView,
  request: Contract.ChangeDetailsRequest,
  validated: boolean,
): Contract.ChangeDetailsView {
  const problems: Contract.FieldProblemView[] = [];
  const changes: Contract.DetailChangeView[] = [];
  const mend = (field: string, rule: Contract.FieldRuleView, now: Contract.DetailValueView | null = null) =>
    problems.push({ field, rule, now });
  const ask = ({ path, shown, onRecord, ...change }: Wanted) => {
    if (equal(change.new, shown) || equal(change.new, onRecord)) return;
    const waiting = details.waiting.find((known) => known.field === change.field && known.personId === change.personId);
    if (waiting) mend(path, 'alreadyWaiting', waiting.new);
    else if (!equal(shown, onRecord)) mend(path, 'changed', onRecord);
    else
      changes.push({
        ...change,
        old: onRecord,
        id: `op-${change.personId ?? 'home'}-${change.field}`,
        state: validated
          ? {
              type: 'toSend',
              pending: { opId: `op-${change.field}`, state: 'kept', since: minutesAgo(0), attempts: 0 },
            }
          : forecast(details, change),
        giveUp: 'possible',
        askedAt: minutesAgo(0),
      });
  };

  if (request.address) {
    const { street, complement, postcode, city } = request.address.typed;
    if (!street.trim()) mend('address.street', 'empty');
    if (street.length > 38) mend('address.street', 'lineTooLong');
    if (!/^\d{5}$/.test(postcode)) mend('address.postcode', 'postcode');
    if (!city.trim()) mend('address.city', 'empty');
    const value = (address: Contract.AddressView | null): Contract.DetailValueView =>
      address ? { type: 'address', address } : { type: 'notGiven' };
    ask({
      path: 'address.street',
      personId: null,
      personName: null,
      field: 'address',
      shown: value(request.address.shown),
      onRecord: value(details.address),
      new: value({ street, complement: complement || null, postcode, city }),
    });
  }
  for (const { personId, field: part, shown, typed } of request.adults) {
    const adult = details.adults.find((known) => known.personId === personId);
    if (!adult) continue;
    const value = typed.trim();
    const path = `adults.${personId}.${part}`;
    if (part === 'email' && value && !/^\S+@\S+\.\S+$/.test(value)) mend(path, 'email');
    if (part !== 'email' && value && !/^[+\d][\d .]{8,}$/.test(value)) mend(path, 'phone');
    ask({
      path,
      personId,
      personName: adult.name,
      field: part,
      shown: text(shown),
      onRecord: text(adult[part]),
      new: text(value),
    });
  }
  if (problems.length > 0) return { type: 'toMend', problems };
  return changes.length > 0 ? { type: 'changes', changes } : { type: 'nothingChanges' };
}
