import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { Button, LinkButton } from '../../components/Button';
import { Confirm } from '../../components/Confirm';
import { Dialog } from '../../components/Dialog';
import { Facts } from '../../components/Facts';
import { Actions } from '../../components/Page';
import { useText } from '../../lib/i18n';
import { type AgendaDayView, type AgendaView, backend } from '../../lib/ipc';
import { money } from '../../lib/money';
import { stateWords } from './AgendaViews';
import { weekdayDay } from './days';
import { WhyThisPrice } from './Price';
import { instant, unitNames } from './words';

interface Props {
  agenda: AgendaView;
  day: AgendaDayView;
  /** Where the child stands while it waits, if the town said so. */
  rank: number | undefined;
  onClose: () => void;
}

/** A day of the agenda: what is booked, what it costs, and how to change it or give it up. */
export function AgendaDay({ agenda, day, rank, onClose }: Props) {
  const { t, locale } = useText();
  const navigate = useNavigate();
  const [asking, setAsking] = useState(false);
  const title = weekdayDay(day.day, locale);
  const giveUp = useMutation({
    mutationFn: () => backend.giveUpDay({ childId: agenda.childId, periodId: day.periodId, day: day.day }),
    onSuccess: (answer) => {
      const receipt = answer.type === 'receipts' ? answer.receipts[0] : undefined;
      if (receipt) void navigate(`/recepisses/${receipt.id}`);
      else onClose();
    },
  });
  const had = day.state === 'confirmed' || day.state === 'absent' || day.state === 'closed';
  const price = t(day.state === 'waiting' ? 'reservations.agenda.priceIf' : 'reservations.column.price');
  const facts = [
    {
      term: t(had ? 'reservations.agenda.what' : 'reservations.agenda.asked'),
      value: unitNames(day.units, agenda.units),
    },
    { term: t('reservations.agenda.state'), value: stateWords(day, t, rank) },
    ...(day.price ? [{ term: price, value: money(day.price.cents, locale) }] : []),
  ];
  const free = day.cancelUntil
    ? t('reservations.cancelUntil', { at: instant(day.cancelUntil, locale) })
    : t('reservations.giveUp.free');
  const cost = day.late ? t('reservations.late', { price: money(day.price?.cents ?? 0, locale) }) : free;
  if (asking) {
    return (
      <Confirm
        open
        title={t('reservations.giveUp.title', { name: agenda.firstName, day: title })}
        action={t('reservations.giveUp')}
        busy={giveUp.isPending}
        failure={giveUp.error}
        onConfirm={() => giveUp.mutate()}
        onClose={onClose}
      >
        <p>{cost}</p>
      </Confirm>
    );
  }
  return (
    <Dialog open title={title} onClose={onClose}>
      <Facts facts={facts} />
      {day.price && <WhyThisPrice price={day.price} of={title} />}
      {!day.otherHome && day.cancelUntil && <p>{free}</p>}
      <Actions>
        <Button onClick={onClose}>{t('reservations.agenda.close')}</Button>
        {!day.otherHome && (
          <LinkButton to={`/reservations/${day.periodId}?enfant=${agenda.childId}`}>
            {t('reservations.agenda.change')}
          </LinkButton>
        )}
        {day.canGiveUp && (
          <Button look="danger" onClick={() => setAsking(true)}>
            {t('reservations.giveUp')}
          </Button>
        )}
      </Actions>
    </Dialog>
  );
}
