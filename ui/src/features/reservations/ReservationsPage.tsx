import { ArrowRight, ChevronDown, ReceiptText } from 'lucide-react';
import { Avatar } from '../../components/Avatar';
import { Badge } from '../../components/Badge';
import { LinkButton } from '../../components/Button';
import { Loaded } from '../../components/Loaded';
import { Notice } from '../../components/Notice';
import { Actions, Card, Page } from '../../components/Page';
import { PageTitle } from '../../components/PageTitle';
import { longDay } from '../../lib/dates';
import { useText } from '../../lib/i18n';
import type { BookingLineView, BookingPeriodView } from '../../lib/ipc';
import { useSpace } from '../../lib/session';
import styles from './Reservations.module.css';
import { useBookingLines } from './useReservations';
import { periodWords } from './words';

/** *Réservations / Modifications ALSH*: a line for each child and activity; a press shows its periods. */
export function ReservationsPage() {
  const { t } = useText();
  const lines = useBookingLines();
  return (
    <Page>
      <PageTitle lead={t('reservations.lead')}>{t('reservations.title')}</PageTitle>
      <Loaded query={lines}>
        {(view) =>
          view.lines.length === 0 ? (
            <Nothing />
          ) : (
            <ul className={styles.lines}>
              {view.lines.map((line) => (
                <li key={`${line.childId}-${line.activityId}`}>
                  <Line line={line} open={view.lines.length === 1} />
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
      <Actions>
        <LinkButton to="/recepisses" icon={<ReceiptText size="1.125rem" aria-hidden="true" />}>
          {t('reservations.receipts.title')}
        </LinkButton>
      </Actions>
    </Page>
  );
}

function Nothing() {
  const { t } = useText();
  const { contact } = useSpace().commune;
  return (
    <Card>
      <p>{t('reservations.nothing', { service: contact.label, phone: contact.phone })}</p>
    </Card>
  );
}

function Line({ line, open }: { line: BookingLineView; open: boolean }) {
  const { t } = useText();
  const { contact } = useSpace().commune;
  const values = { name: line.childFirstName, service: contact.label, phone: contact.phone };
  return (
    <details className={styles.line} open={open || undefined}>
      <summary className={styles.summary}>
        <Avatar initials={line.childInitials} kind="child" />
        <span className={styles.who}>
          <span className={styles.name}>{line.childFirstName}</span>
          <span className={styles.activity}>{line.activityName}</span>
        </span>
        <ChevronDown className={styles.chevron} size="1.25rem" aria-hidden="true" />
      </summary>
      {line.obstacle ? (
        <Notice tone="attention">
          {line.obstacle === 'notRegistered'
            ? t('reservations.obstacle.notRegistered', values)
            : t('reservations.obstacle.mayNotBook', values)}
        </Notice>
      ) : (
        <ul className={styles.periods}>
          {line.periods.map((period) => (
            <li key={period.periodId} className={styles.period}>
              <Period period={period} child={line} />
            </li>
          ))}
        </ul>
      )}
    </details>
  );
}

function Period({ period, child }: { period: BookingPeriodView; child: BookingLineView }) {
  const { t, locale } = useText();
  const over = period.state.type === 'readOnly';
  return (
    <>
      <div className={styles.periodWords}>
        <p className={styles.periodName}>{period.name}</p>
        <p className={styles.second}>
          {t('reservations.period.dates', {
            from: longDay(period.firstDay, locale),
            to: longDay(period.lastDay, locale),
          })}
        </p>
        <p>{periodWords(period.state, t, locale)}</p>
        {(period.booked > 0 || period.ticked > 0) && (
          <p className={styles.badges}>
            {period.booked > 0 && (
              <Badge tone="success">{t('reservations.period.booked', { count: period.booked })}</Badge>
            )}
            {period.ticked > 0 && (
              <Badge tone="attention">{t('reservations.period.ticked', { count: period.ticked })}</Badge>
            )}
          </p>
        )}
      </div>
      <LinkButton
        to={`/reservations/${period.periodId}?enfant=${child.childId}`}
        look="primary"
        aria-label={t('reservations.begin.of', { name: child.childFirstName, period: period.name })}
      >
        {t(over ? 'reservations.look' : 'reservations.begin')}
        <ArrowRight size="1.125rem" aria-hidden="true" />
      </LinkButton>
    </>
  );
}
