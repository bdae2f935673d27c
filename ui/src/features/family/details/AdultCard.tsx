import { Card } from '../../../components/Page';
import { TextField } from '../../../components/TextField';
import { useText } from '../../../lib/i18n';
import type { AdultDetailsView, DetailsView } from '../../../lib/ipc';
import { NotGiven } from '../values';
import styles from './Details.module.css';
import { type AdultPart, adultPath, adultValue, controlId, type Path, useDetailsDraft, waitingFor } from './draft';
import { Locked, Unchangeable } from './Locked';

interface AdultCardProps {
  adult: AdultDetailsView;
  details: DetailsView;
  problem: (path: Path) => string | undefined;
}

export function AdultCard({ adult, details, problem }: AdultCardProps) {
  const { t } = useText();
  const part = (name: AdultPart) => <Part part={name} adult={adult} details={details} problem={problem} />;
  return (
    <Card
      title={adult.name}
      id={`details-${adult.personId}`}
      aside={
        <span className={styles.role}>
          {t(adult.kind === 'holder' ? 'family.kind.holder' : 'family.kind.coHolder')}
        </span>
      }
    >
      {details.phonesByHand && <p className={styles.byHand}>{t('details.phones.byHand')}</p>}
      <div className={styles.pair}>
        {part('mobilePhone')}
        {part('landlinePhone')}
      </div>
      {part('email')}
    </Card>
  );
}

function Part({ part, adult, details, problem }: AdultCardProps & { part: AdultPart }) {
  const { t } = useText();
  const { edits, editAdult } = useDetailsDraft();
  const path = adultPath(adult.personId, part);
  const waiting = waitingFor(details, part, adult.personId);
  if (waiting) return <Locked id={controlId(path)} change={waiting} titled />;
  const email = part === 'email';
  if (email && !adult.isMe) {
    const value = adult.email ?? <NotGiven />;
    return (
      <Unchangeable id={controlId(path)} name={t('details.field.email')} value={value} why={t('details.email.owned')} />
    );
  }
  return (
    <TextField
      id={controlId(path)}
      label={t(`details.field.${part}`)}
      aside={t('frame.optional')}
      type={email ? 'email' : 'tel'}
      autoComplete="off"
      hint={email ? t('details.email.hint') : undefined}
      value={adultValue(adult, edits, part)}
      error={problem(path)}
      onChange={(event) => editAdult(adult, part, event.target.value)}
    />
  );
}
