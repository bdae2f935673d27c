import { useMutation } from '@tanstack/react-query';
import { Check, Clock, X } from 'lucide-react';
import { useRef } from 'react';
import { useNavigate, useParams } from 'react-router';
import { Badge } from '../../components/Badge';
import { Button, LinkButton } from '../../components/Button';
import { FailureNotice } from '../../components/FailureNotice';
import { Loaded } from '../../components/Loaded';
import { Notice } from '../../components/Notice';
import { Actions, Card, Page } from '../../components/Page';
import { PageTitle } from '../../components/PageTitle';
import { useText } from '../../lib/i18n';
import { backend, type DayVerdictView, type GridUnitView, type ReviewDayView, type ReviewView } from '../../lib/ipc';
import { money } from '../../lib/money';
import styles from './Days.module.css';
import { weekdayDay } from './days';
import { WhyThisPrice } from './Price';
import { useBookingReview } from './useReservations';
import { instant, periodWords, unitNames, verdictWords } from './words';

/** Step 2: nothing is booked yet. */
export function ReviewDaysPage() {
  const { t } = useText();
  const { periodId = '' } = useParams();
  const review = useBookingReview(periodId);
  return (
    <Page>
      <PageTitle lead={t('reservations.review.lead')}>{t('reservations.review.title')}</PageTitle>
      <Loaded query={review}>{(view) => <Review review={view} periodId={periodId} />}</Loaded>
    </Page>
  );
}

function Review({ review, periodId }: { review: ReviewView; periodId: string }) {
  const { t, locale } = useText();
  const navigate = useNavigate();
  // Pressed twice is sent once: the second press comes before anything is drawn anew.
  const pressed = useRef(false);
  const validate = useMutation({
    mutationFn: () => backend.bookingValidate(periodId),
    onSuccess: (answer) => {
      if (answer.type === 'receipts' && answer.receipts[0]) {
        void navigate(answer.receipts.length === 1 ? `/recepisses/${answer.receipts[0].id}` : '/recepisses', {
          replace: true,
          state: 'kept',
        });
      }
    },
    onSettled: () => {
      pressed.current = false;
    },
  });
  const send = () => {
    if (pressed.current) return;
    pressed.current = true;
    validate.mutate();
  };
  const back = `/reservations/${periodId}`;
  if (review.children.length === 0) {
    return (
      <Notice tone="information" actions={<LinkButton to={back}>{t('reservations.review.back')}</LinkButton>}>
        {t('reservations.review.nothing')}
      </Notice>
    );
  }
  const before = review.state.type === 'before';
  return (
    <>
      {review.children.map((child) => (
        <Card
          key={child.childId}
          title={child.firstName}
          id={`enfant-${child.childId}`}
          aside={<p>{money(child.cents, locale)}</p>}
        >
          <ul className={styles.days}>
            {child.days.map((day) => (
              <li key={day.day} className={styles.day}>
                <Day day={day} units={review.units} name={child.firstName} />
              </li>
            ))}
          </ul>
        </Card>
      ))}
      {before && <Notice tone="attention">{periodWords(review.state, t, locale)}</Notice>}
      {review.problems > 0 && <Notice tone="danger">{t('reservations.review.mend')}</Notice>}
      {validate.data?.type === 'notOpenYet' && (
        <Notice tone="attention" announce>
          {t('reservations.refusal.notOpenYet', { at: instant(validate.data.opensAt, locale) })}
        </Notice>
      )}
      {validate.data?.type === 'nothingChanges' && (
        <Notice tone="information" announce>
          {t('reservations.review.nothing')}
        </Notice>
      )}
      {validate.isError && <FailureNotice failure={validate.error} />}
      <p className={styles.sum}>
        {t('reservations.total')} <strong>{money(review.cents, locale)}</strong>
      </p>
      <Actions>
        <LinkButton to={back}>{t('reservations.review.back')}</LinkButton>
        <Button look="primary" busy={before || review.problems > 0 || validate.isPending} onClick={send}>
          {t('reservations.validate')}
        </Button>
      </Actions>
    </>
  );
}

function Day({ day, units, name }: { day: ReviewDayView; units: readonly GridUnitView[]; name: string }) {
  const { t, locale } = useText();
  const title = weekdayDay(day.day, locale);
  const late = day.forecast.type === 'absent' ? day.forecast.cents : null;
  return (
    <>
      <div className={styles.head}>
        <p className={styles.date}>{title}</p>
        <Forecast verdict={day.forecast} />
        <p className={styles.price}>{day.price ? money(day.price.cents, locale) : '—'}</p>
      </div>
      <p>
        {day.new.length === 0
          ? t('reservations.review.givenUp', { units: unitNames(day.old, units) })
          : day.old.length === 0 || same(day.old, day.new)
            ? unitNames(day.new, units)
            : t('reservations.review.changed', { old: unitNames(day.old, units), new: unitNames(day.new, units) })}
      </p>
      {day.forecast.type === 'refused' && (
        <p className={styles.danger}>{verdictWords(day.forecast, units, t, locale)}</p>
      )}
      {day.forecast.type === 'kept' && <p className={styles.second}>{t('reservations.review.sibling')}</p>}
      {late !== null && <p className={styles.danger}>{t('reservations.late', { price: money(late, locale) })}</p>}
      {day.cancelUntil && (
        <p className={styles.second}>{t('reservations.cancelUntil', { at: instant(day.cancelUntil, locale) })}</p>
      )}
      {day.price && <WhyThisPrice price={day.price} of={`${name}, ${title}`} />}
    </>
  );
}

const same = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((unit) => b.includes(unit));

function Forecast({ verdict }: { verdict: DayVerdictView }) {
  const { t } = useText();
  const icon = { size: '0.9rem', 'aria-hidden': true } as const;
  switch (verdict.type) {
    case 'confirmed':
      return (
        <Badge tone="success" icon={<Check {...icon} />}>
          {t('reservations.forecast.confirmed')}
        </Badge>
      );
    case 'waiting':
      return (
        <Badge tone="attention" icon={<Clock {...icon} />}>
          {t('reservations.forecast.waiting')}
        </Badge>
      );
    case 'cancelled':
      return <Badge tone="neutral">{t('reservations.forecast.cancelled')}</Badge>;
    case 'absent':
      return <Badge tone="attention">{t('reservations.forecast.absent')}</Badge>;
    case 'kept':
      return <Badge tone="neutral">{t('reservations.forecast.kept')}</Badge>;
    case 'refused':
      return (
        <Badge tone="danger" icon={<X {...icon} />}>
          {t('reservations.forecast.refused')}
        </Badge>
      );
  }
}
