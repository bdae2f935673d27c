import { CalendarDays } from 'lucide-react';
import { Tile } from '../../components/Tile';
import { type Locale, type Text, useText } from '../../lib/i18n';
import type { BookingLinesView } from '../../lib/ipc';
import { useBookingLines } from './useReservations';
import { instant } from './words';

/** *Réservations / Modifications ALSH* on the home page, with what is next. */
export function ReservationsTile() {
  const { t, locale } = useText();
  const lines = useBookingLines().data;
  return (
    <Tile
      to="/reservations"
      icon={<CalendarDays size="1.375rem" aria-hidden="true" />}
      title={t('reservations.title')}
      fact={lines ? fact(lines, t, locale) : ' '}
    />
  );
}

/** What is ticked and not sent before all else; then what opens; then what is booked. */
function fact({ lines }: BookingLinesView, t: Text, locale: Locale): string {
  const periods = lines.flatMap((line) => line.periods);
  const ticked = periods.reduce((sum, period) => sum + period.ticked, 0);
  if (ticked > 0) return t('reservations.tile.ticked', { count: ticked });
  const next = periods.find((period) => period.state.type === 'before');
  const open = periods.find((period) => period.state.type === 'open');
  const booked = periods.reduce((sum, period) => sum + period.booked, 0);
  if (booked > 0) return t('reservations.tile.booked', { count: booked });
  if (open) return t('reservations.tile.open', { name: open.name });
  if (next?.state.type === 'before') {
    return t('reservations.tile.opens', { name: next.name, at: instant(next.state.opensAt, locale) });
  }
  return t('reservations.tile.nothing');
}
