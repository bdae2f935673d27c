/** The rules of *Modifier mes coordonnées*, near enough to look at. The client's own are in Rust. */
import type * as Contract from '../src/bindings';
import { minutesAgo } from './sampleData';

const parts = ['mobilePhone', 'landlinePhone', 'email'] as const;

const text = (value: string | null): Contract.DetailValueView =>
  value ? { type: 'text', text: value } : { type: 'notGiven' };

export function changeDetails(
  details: Contract.DetailsView,
  request: Contract.ChangeDetailsRequest,
): Contract.ChangeDetailsView {
  const problems: Contract.FieldProblemView[] = [];
  const changes: Contract.DetailChangeView[] = [];
  const ask = (change: Pick<Contract.DetailChangeView, 'personId' | 'personName' | 'field' | 'old' | 'new'>) =>
    changes.push({
      ...change,
      id: `op-${change.personId ?? 'home'}-${change.field}`,
      state: {
        type: 'toSend',
        pending: { opId: `op-${change.field}`, state: 'kept', since: minutesAgo(0), attempts: 0 },
      },
      askedAt: minutesAgo(0),
    });

  if (request.address) {
    const { street, complement, postcode, city } = request.address;
    if (!street.trim()) problems.push({ field: 'address.street', rule: 'empty' });
    if (street.length > 38) problems.push({ field: 'address.street', rule: 'lineTooLong' });
    if (!/^\d{5}$/.test(postcode)) problems.push({ field: 'address.postcode', rule: 'postcode' });
    if (!city.trim()) problems.push({ field: 'address.city', rule: 'empty' });
    const address = { street, complement: complement || null, postcode, city };
    if (JSON.stringify(address) !== JSON.stringify(details.address)) {
      ask({
        personId: null,
        personName: null,
        field: 'address',
        old: details.address ? { type: 'address', address: details.address } : { type: 'notGiven' },
        new: { type: 'address', address },
      });
    }
  }
  for (const asked of request.adults) {
    const adult = details.adults.find(({ personId }) => personId === asked.personId);
    if (!adult) continue;
    for (const part of parts) {
      const value = asked[part].trim();
      if (value === (adult[part] ?? '')) continue;
      const field = `adults.${adult.personId}.${part}`;
      if (part === 'email' && value && !/^\S+@\S+\.\S+$/.test(value)) problems.push({ field, rule: 'email' });
      if (part !== 'email' && value && !/^[+\d][\d .]{8,}$/.test(value)) problems.push({ field, rule: 'phone' });
      ask({
        personId: adult.personId,
        personName: adult.name,
        field: part,
        old: text(adult[part]),
        new: text(value),
      });
    }
  }
  if (problems.length > 0) return { type: 'toMend', problems };
  return changes.length > 0 ? { type: 'changes', changes } : { type: 'nothingChanges' };
}
