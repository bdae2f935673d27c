import { useQuery } from '@tanstack/react-query';
import { type AgendaView, backend } from '../../lib/ipc';
import { spaceKey, useSpace } from '../../lib/session';

/** Everything read of days is filed under this name, and read again together. */
const useKey = () => {
  const { profile } = useSpace();
  return (...rest: string[]) => spaceKey(profile.id, 'reservations', ...rest);
};

export function useBookingLines() {
  const key = useKey();
  return useQuery({ queryKey: key('lines'), queryFn: backend.bookingLines });
}

// A tick tells nobody: what was ticked elsewhere is not to be seen in what was kept of an earlier visit.
export function useBookingGrid(periodId: string) {
  const key = useKey();
  return useQuery({ queryKey: key('grid', periodId), queryFn: () => backend.bookingGrid(periodId), gcTime: 0 });
}

export function useBookingReview(periodId: string) {
  const key = useKey();
  return useQuery({ queryKey: key('review', periodId), queryFn: () => backend.bookingReview(periodId), gcTime: 0 });
}

export function useReceipts() {
  const key = useKey();
  return useQuery({ queryKey: key('receipts'), queryFn: backend.receipts });
}

export function useReceipt(id: string) {
  const key = useKey();
  return useQuery({ queryKey: key('receipt', id), queryFn: () => backend.receipt(id) });
}

export function useChildRegistrations(childId: string) {
  const key = useKey();
  return useQuery({ queryKey: key('registrations', childId), queryFn: () => backend.childRegistrations(childId) });
}

export function useAgenda(childId: string, activityId: string) {
  const key = useKey();
  return useQuery({
    queryKey: key('agenda', childId, activityId),
    queryFn: () => backend.agenda(childId, activityId),
  });
}

/** How often the town is asked again where a child stands, in milliseconds. */
const rankAge = 60_000;

/** Where a child stands on each day that it waits for, by day; nothing while the town cannot be asked. */
export function useAgendaRanks(agenda: AgendaView): ReadonlyMap<string, number> {
  const key = useKey();
  const { childId, activityId } = agenda;
  const ranks = useQuery({
    queryKey: key('ranks', childId, activityId),
    queryFn: () => backend.agendaRanks(childId, activityId),
    enabled: agenda.days.some((day) => day.state === 'waiting' && !day.otherHome),
    refetchInterval: rankAge,
  });
  return new Map(ranks.data?.map(({ day, rank }) => [day, rank]));
}
