import { Pencil } from 'lucide-react';
import { Badge } from '../../components/Badge';
import { LinkButton } from '../../components/Button';
import { Facts } from '../../components/Facts';
import { Card } from '../../components/Page';
import { Table } from '../../components/Table';
import { longMonth } from '../../lib/dates';
import { type MessageId, useText } from '../../lib/i18n';
import type { PersonView, QuotientSourceView, QuotientView } from '../../lib/ipc';
import { useSpace } from '../../lib/session';
import { Address, NotGiven } from './values';

const sources: Record<QuotientSourceView, MessageId> = {
  caf: 'family.quotient.caf',
  msa: 'family.quotient.msa',
  taxNotice: 'family.quotient.taxNotice',
  none: 'family.quotient.noProof',
};

export function AdultCards({ view }: { view: Extract<PersonView, { type: 'adult' }> }) {
  const { t } = useText();
  const own = useSpace().profile.personName === view.line.name;
  return (
    <>
      <Card
        title={t('family.adult.details')}
        id="adult-details"
        aside={
          <LinkButton
            to="/coordonnees"
            state={own ? null : { adult: view.line.id }}
            icon={<Pencil size="1rem" aria-hidden="true" />}
          >
            {t(own ? 'details.title' : 'family.adult.changeHome')}
          </LinkButton>
        }
      >
        <Facts
          facts={[
            {
              term: t('details.field.address'),
              value: view.address ? <Address address={view.address} /> : <NotGiven />,
            },
            { term: t('details.field.mobilePhone'), value: view.mobilePhone ?? <NotGiven /> },
            { term: t('details.field.landlinePhone'), value: view.landlinePhone ?? <NotGiven /> },
            { term: t('details.field.email'), value: view.email ?? <NotGiven /> },
          ]}
        />
      </Card>
      {view.quotients.length > 0 && <Quotients quotients={view.quotients} />}
    </>
  );
}

function Quotients({ quotients }: { quotients: readonly QuotientView[] }) {
  const { t, locale } = useText();
  const title = t('family.quotient.title');
  return (
    <Card title={title} id="adult-quotient">
      <Table
        caption={title}
        columns={[t('family.quotient.from'), t('family.quotient.value'), t('family.quotient.source')]}
        rows={quotients.map(({ effectiveMonth, value, source, current }) => ({
          key: `${effectiveMonth}-${source}`,
          cells: [
            <>
              {longMonth(effectiveMonth, locale)} {current && <Badge tone="success">{t('family.current')}</Badge>}
            </>,
            value === null ? t('family.quotient.topBand') : t('family.quotient.euros', { value }),
            t(sources[source]),
          ],
        }))}
      />
    </Card>
  );
}
