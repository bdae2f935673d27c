import { Check, House, X } from 'lucide-react';
import { Link } from 'react-router';
import { Avatar } from '../../components/Avatar';
import { Badge } from '../../components/Badge';
import { Facts } from '../../components/Facts';
import { Card } from '../../components/Page';
import { Table } from '../../components/Table';
import { longDay } from '../../lib/dates';
import { type MessageId, useText } from '../../lib/i18n';
import type { PersonLineView, PersonView, SchoolingView } from '../../lib/ipc';
import styles from './Person.module.css';
import { PersonFact } from './PersonFact';
import { useHome } from './useHome';

type Child = Extract<PersonView, { type: 'child' }>;

export function ChildCards({ view }: { view: Child }) {
  const { t, locale } = useText();
  const now = view.schooling.find(({ current }) => current);
  return (
    <>
      <Card>
        <Facts
          facts={[
            { term: t('family.child.birthDate'), value: longDay(view.birthDate, locale) },
            ...(now ? [{ term: t('family.child.school'), value: now.school }] : []),
            ...(now
              ? [{ term: t('family.child.class'), value: [now.level, now.class].filter(Boolean).join(' · ') }]
              : []),
          ]}
        />
      </Card>
      <Schooling schooling={view.schooling} />
      <Rights view={view} />
      <Collectors view={view} />
    </>
  );
}

function Schooling({ schooling }: { schooling: readonly SchoolingView[] }) {
  const { t, locale } = useText();
  const title = t('family.schooling.title');
  return (
    <Card title={title} id="child-schooling">
      {schooling.length === 0 ? (
        <p className={styles.missing}>{t('family.schooling.none')}</p>
      ) : (
        <Table
          caption={title}
          columns={[
            t('family.schooling.period'),
            t('family.schooling.school'),
            t('family.schooling.level'),
            t('family.schooling.class'),
          ]}
          rows={schooling.map((year) => ({
            key: `${year.from}-${year.school}-${year.level}`,
            cells: [
              <>
                {year.to === null
                  ? t('family.schooling.since', { from: longDay(year.from, locale) })
                  : t('family.schooling.between', {
                      from: longDay(year.from, locale),
                      to: longDay(year.to, locale),
                    })}{' '}
                {year.current && <Badge tone="success">{t('family.current')}</Badge>}
              </>,
              year.school,
              year.level,
              year.class ?? '–',
            ],
          }))}
        />
      )}
    </Card>
  );
}

function Rights({ view }: { view: Child }) {
  const { t } = useText();
  const name = view.line.firstName;
  const rights: readonly (readonly [boolean, MessageId, MessageId])[] = [
    [view.mayBook, 'family.right.book', 'family.right.bookNot'],
    [view.mayCollect, 'family.right.collect', 'family.right.collectNot'],
    [view.pays, 'family.right.pay', 'family.right.payNot'],
  ];
  return (
    <Card title={t('family.right.title')} id="child-rights">
      <ul className={styles.rights}>
        {rights.map(([yes, allowed, refused]) => (
          <li key={allowed} className={`${styles.right} ${yes ? styles.yes : styles.no}`}>
            {yes ? <Check size="1.25rem" aria-hidden="true" /> : <X size="1.25rem" aria-hidden="true" />}
            {t(yes ? allowed : refused, { name })}
          </li>
        ))}
        {view.otherHome && (
          <li className={styles.right}>
            <House size="1.25rem" aria-hidden="true" />
            {t('family.right.otherHome', { name })}
          </li>
        )}
      </ul>
    </Card>
  );
}

/** The adults of this home when it may fetch the child, then the contacts who may. */
function Collectors({ view }: { view: Child }) {
  const { t } = useText();
  const adults: readonly PersonLineView[] = useHome().data?.adults ?? [];
  const name = view.line.firstName;
  const collectors = [...(view.mayCollect ? adults : []), ...view.collectors];
  return (
    <Card title={t('family.collectors.title', { name })} id="child-collectors">
      {collectors.length === 0 ? (
        <p className={styles.missing}>{t('family.collectors.none', { name })}</p>
      ) : (
        <ul className={styles.people}>
          {collectors.map((line) => (
            <li key={line.id}>
              <Link to={`/personnes/${line.id}`} className={styles.person}>
                <Avatar initials={line.initials} kind={line.kind} />
                <span className={styles.name}>
                  {line.name}
                  {line.kind !== 'contact' && (
                    <>
                      {' · '}
                      <span className={styles.missing}>
                        <PersonFact line={line} />
                      </span>
                    </>
                  )}
                </span>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
