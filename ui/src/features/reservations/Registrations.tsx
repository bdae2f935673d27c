import { Search } from 'lucide-react';
import { Badge } from '../../components/Badge';
import { LinkButton } from '../../components/Button';
import { Loaded } from '../../components/Loaded';
import { Card } from '../../components/Page';
import { longDay } from '../../lib/dates';
import { type MessageId, useText } from '../../lib/i18n';
import type { ChildRegistrationView, RegistrationStateView } from '../../lib/ipc';
import styles from './Registrations.module.css';
import { useChildRegistrations } from './useReservations';

const states: Record<RegistrationStateView, [MessageId, 'success' | 'attention' | 'danger' | 'neutral']> = {
  draft: ['reservations.registration.draft', 'neutral'],
  submitted: ['reservations.registration.submitted', 'attention'],
  incomplete: ['reservations.registration.incomplete', 'attention'],
  accepted: ['reservations.registration.accepted', 'success'],
  waiting: ['reservations.registration.waiting', 'attention'],
  refused: ['reservations.registration.refused', 'danger'],
  withdrawn: ['reservations.registration.withdrawn', 'neutral'],
};

/** A child's registrations, each with the magnifier that opens its agenda. */
export function Registrations({ childId, firstName }: { childId: string; firstName: string }) {
  const { t } = useText();
  const registrations = useChildRegistrations(childId);
  return (
    <Card title={t('reservations.registrations.title')} id="child-registrations">
      <Loaded query={registrations}>
        {(view) =>
          view.length === 0 ? (
            <p className={styles.second}>{t('reservations.registrations.none')}</p>
          ) : (
            <ul className={styles.list}>
              {view.map((one) => (
                <li key={`${one.activityId}-${one.from}`} className={styles.line}>
                  <Registration one={one} childId={childId} firstName={firstName} />
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Card>
  );
}

function Registration({ one, childId, firstName }: { one: ChildRegistrationView; childId: string; firstName: string }) {
  const { t, locale } = useText();
  const [word, tone] = states[one.state];
  return (
    <>
      <span className={styles.words}>
        <span className={styles.name}>
          {one.activityName} <Badge tone={tone}>{t(word)}</Badge>
        </span>
        <span className={styles.second}>
          {t('reservations.period.dates', { from: longDay(one.from, locale), to: longDay(one.to, locale) })}
        </span>
        {one.reason && <span>{one.reason}</span>}
      </span>
      <LinkButton
        to={`/enfants/${childId}/agenda/${one.activityId}`}
        aria-label={t('reservations.agenda.open', { name: firstName, activity: one.activityName })}
      >
        <Search size="1.25rem" aria-hidden="true" />
      </LinkButton>
    </>
  );
}
