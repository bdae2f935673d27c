import { useContext } from 'react';
import { BackLink } from '../../components/BackLink';
import { Card, Page } from '../../components/Page';
import { PageTitle } from '../../components/PageTitle';
import { type MessageId, useText } from '../../lib/i18n';
import { PlaceContext } from '../../lib/place';
import { SpaceContext } from '../../lib/session';
import styles from './About.module.css';

const done: readonly MessageId[] = [
  'about.done.keyboard',
  'about.done.structure',
  'about.done.contrast',
  'about.done.size',
  'about.done.motion',
  'about.done.forms',
  'about.done.checked',
];

const limits: readonly MessageId[] = [
  'about.limit.audit',
  'about.limit.readers',
  'about.limit.town',
  'about.limit.platforms',
];

/** The accessibility statement: what was done, what was checked and how, what is not known. Nothing more. */
export function AccessibilityPage() {
  const { t } = useText();
  const commune = useContext(PlaceContext);
  const space = useContext(SpaceContext);
  return (
    <Page narrow={space === null}>
      <PageTitle lead={t('about.lead')}>{t('about.title')}</PageTitle>
      <BackLink />
      <Card title={t('about.state.title')} id="about-state">
        <p>
          <strong>{t('about.state.words')}</strong>
        </p>
        <p>{t('about.state.more')}</p>
      </Card>
      <Card title={t('about.done.title')} id="about-done">
        <List items={done} />
      </Card>
      <Card title={t('about.limit.title')} id="about-limits">
        <List items={limits} />
      </Card>
      <Card title={t('about.help.title')} id="about-help">
        <p>{commune === null ? t('about.help.noTown') : t('about.help.words', { commune })}</p>
        <p>{t('about.help.defender')}</p>
      </Card>
    </Page>
  );
}

function List({ items }: { items: readonly MessageId[] }) {
  const { t } = useText();
  return (
    <ul className={styles.list}>
      {items.map((id) => (
        <li key={id}>{t(id)}</li>
      ))}
    </ul>
  );
}
