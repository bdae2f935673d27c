import {
  CalendarClock,
  CalendarPlus,
  CircleCheck,
  History,
  MailCheck,
  MapPin,
  Phone,
  ShieldAlert,
  TriangleAlert,
} from 'lucide-react';
import type { ReactNode } from 'react';
import { Badge } from '../../components/Badge';
import type { Tone } from '../../components/Notice';
import { Line, Rows } from '../../components/Rows';
import { longDay, moment } from '../../lib/dates';
import { type Locale, type Text, useText } from '../../lib/i18n';
import type { TodoView } from '../../lib/ipc';
import { noticeTitle, noticeUrgency } from '../../lib/notices';
import { useSpace } from '../../lib/session';
import { useSyncStatus } from '../../lib/syncStatus';
import styles from './Todo.module.css';

interface Item {
  key: string;
  tone: Tone;
  icon: ReactNode;
  badge: string;
  sentence: string;
  action: string;
  to: string;
}

/** The band « À faire », in the order the client gives: most urgent first. */
export function Todo({ todo }: { todo: readonly TodoView[] }) {
  const { t, locale } = useText();
  const { signInAgain } = useSpace();
  const attention = useSyncStatus()?.state === 'attention';
  if (todo.length === 0) {
    // No calm word while the bars say that something needs the person.
    if (signInAgain || attention) return null;
    return (
      <p className={styles.nothing}>
        <CircleCheck size="1.25rem" aria-hidden="true" />
        {t('family.todo.nothing')}
      </p>
    );
  }
  return (
    <section aria-label={t('family.todo.title')}>
      <Rows>
        {todo.map((item) => {
          const line = lineOf(item, t, locale);
          return (
            <Line key={line.key} to={line.to} action={line.action}>
              <Badge tone={line.tone} icon={line.icon}>
                {line.badge}
              </Badge>
              <span className={styles.sentence}>{line.sentence}</span>
            </Line>
          );
        })}
      </Rows>
    </section>
  );
}

function lineOf(item: TodoView, t: Text, locale: Locale): Item {
  switch (item.type) {
    case 'daysToSend':
    case 'bookingOpens':
    case 'lastDaysToCancel':
      return deadline(item, t, locale);
    case 'securityNotice':
      return {
        key: item.notice.id,
        tone: noticeUrgency(item.notice.what),
        icon: <ShieldAlert size="0.875rem" aria-hidden="true" />,
        badge: t('family.todo.notice.badge'),
        sentence: noticeTitle(item.notice.what, t),
        action: t('family.todo.notice.action'),
        to: '/compte/avis',
      };
    case 'refusedOperations':
      return {
        key: item.type,
        tone: 'danger',
        icon: <TriangleAlert size="0.875rem" aria-hidden="true" />,
        badge: t('family.todo.refused.badge'),
        sentence: t('family.todo.refused', { count: item.count }),
        action: t('family.todo.refused.action'),
        to: '/synchronisation',
      };
    case 'changedOutcomes':
      return {
        key: item.type,
        tone: 'danger',
        icon: <History size="0.875rem" aria-hidden="true" />,
        badge: t('family.todo.changed.badge'),
        sentence: t('family.todo.changed', { count: item.count }),
        action: t('family.todo.changed.action'),
        to: '/synchronisation',
      };
    case 'addressMissing':
      return {
        key: item.type,
        tone: 'attention',
        icon: <MapPin size="0.875rem" aria-hidden="true" />,
        badge: t('family.todo.missing.badge'),
        sentence: t('family.todo.address'),
        action: t('family.todo.missing.action'),
        to: '/coordonnees',
      };
    case 'phoneMissing':
      return {
        key: item.type,
        tone: 'attention',
        icon: <Phone size="0.875rem" aria-hidden="true" />,
        badge: t('family.todo.missing.badge'),
        sentence: t('family.todo.phone'),
        action: t('family.todo.missing.action'),
        to: '/coordonnees',
      };
    case 'emailToConfirm':
      return {
        key: `${item.type}-${item.email}`,
        tone: 'information',
        icon: <MailCheck size="0.875rem" aria-hidden="true" />,
        badge: t('family.todo.email.badge'),
        sentence: t('family.todo.email', { email: item.email }),
        action: t('family.todo.email.action'),
        to: '/coordonnees',
      };
  }
}

type Deadline = Extract<TodoView, { type: 'daysToSend' | 'bookingOpens' | 'lastDaysToCancel' }>;

function deadline(item: Deadline, t: Text, locale: Locale): Item {
  const icon = <CalendarClock size="0.875rem" aria-hidden="true" />;
  switch (item.type) {
    case 'daysToSend':
      return {
        key: `${item.type}-${item.periodId}`,
        tone: 'attention',
        icon,
        badge: t('reservations.todo.toSend.badge'),
        sentence: t('reservations.todo.toSend', {
          period: item.periodName,
          days: item.days,
          until: moment(item.until, locale),
        }),
        action: t('reservations.todo.toSend.action'),
        to: `/reservations/${item.periodId}`,
      };
    case 'bookingOpens':
      return {
        key: `${item.type}-${item.periodId}`,
        tone: 'information',
        icon: <CalendarPlus size="0.875rem" aria-hidden="true" />,
        badge: t('reservations.todo.opens.badge'),
        sentence: t('reservations.todo.opens', {
          period: item.periodName,
          days: item.days,
          at: moment(item.opensAt, locale),
        }),
        action: t('reservations.todo.opens.action'),
        to: `/reservations/${item.periodId}`,
      };
    case 'lastDaysToCancel':
      return {
        key: `${item.type}-${item.childId}-${item.activityId}-${item.until}`,
        tone: 'information',
        icon,
        badge: t('reservations.todo.cancel.badge'),
        sentence: t('reservations.todo.cancel', {
          name: item.firstName,
          activity: item.activityName,
          days: item.days,
          day: longDay(item.firstDay, locale),
          until: moment(item.until, locale),
        }),
        action: t('reservations.todo.cancel.action'),
        to: `/enfants/${item.childId}/agenda/${item.activityId}`,
      };
  }
}
