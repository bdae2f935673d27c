import { PersonPage } from '../features/family/PersonPage';
import { Registrations } from '../features/reservations/Registrations';

/** A person's page, with what is known of a child's registrations. */
export function PersonPlace() {
  return <PersonPage ofChild={(childId, firstName) => <Registrations childId={childId} firstName={firstName} />} />;
}
