import type { ReactNode } from 'react';
import { useParams } from 'react-router';
import { Avatar } from '../../components/Avatar';
import { Loaded } from '../../components/Loaded';
import { Page } from '../../components/Page';
import { PageTitle } from '../../components/PageTitle';
import { useText } from '../../lib/i18n';
import { backend, type PersonView } from '../../lib/ipc';
import { useSpaceQuery } from '../../lib/session';
import { AdultCards } from './AdultCards';
import { ChildCards } from './ChildCards';
import { ContactCards } from './ContactCards';
import styles from './Person.module.css';
import { PersonFact } from './PersonFact';

/** What is known of one person. */
export function PersonPage({ ofChild }: { ofChild?: (childId: string, firstName: string) => ReactNode }) {
  const { t } = useText();
  const { id = '' } = useParams();
  const person = useSpaceQuery(['person', id], () => backend.person(id));
  return (
    <Page>
      <Loaded query={person} title={t('family.person.title')}>
        {(view) => (
          <>
            <div className={styles.head}>
              <Avatar initials={view.line.initials} kind={view.line.kind} large />
              <PageTitle lead={<PersonFact line={view.line} />}>{view.line.name}</PageTitle>
            </div>
            <Cards view={view} />
            {view.type === 'child' && ofChild?.(view.line.id, view.line.firstName)}
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Cards({ view }: { view: PersonView }) {
  switch (view.type) {
    case 'adult':
      return <AdultCards view={view} />;
    case 'child':
      return <ChildCards view={view} />;
    case 'contact':
      return <ContactCards view={view} />;
  }
}
