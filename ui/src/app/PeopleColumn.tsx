import { NavLink } from 'react-router';
import { Avatar } from '../components/Avatar';
import { Hidden } from '../components/Hidden';
import { PersonFact } from '../features/family/PersonFact';
import { useHome } from '../features/family/useHome';
import { useText } from '../lib/i18n';
import type { PersonLineView } from '../lib/ipc';
import styles from './PeopleColumn.module.css';

/** The holders, the children and the contacts: a press shows what is known of that person. */
export function PeopleColumn() {
  const { t } = useText();
  const home = useHome().data;
  return (
    <nav className={styles.column} aria-label={t('frame.people.label')}>
      {home && (
        <div className={styles.sticky}>
          <h2 className={styles.heading}>
            {t(home.contacts.length > 0 ? 'frame.people.all' : 'frame.people.withoutContacts')}
          </h2>
          <People lines={[...home.adults, ...home.children]} />
          {home.contacts.length > 0 && (
            <>
              <h3 className={styles.apart}>
                <Hidden>{t('frame.people.contacts')}</Hidden>
              </h3>
              <People lines={home.contacts} />
            </>
          )}
        </div>
      )}
    </nav>
  );
}

function People({ lines }: { lines: readonly PersonLineView[] }) {
  return (
    <ul className={styles.list}>
      {lines.map((line) => (
        <li key={line.id}>
          <NavLink to={`/personnes/${line.id}`} className={styles.person ?? ''}>
            <Avatar initials={line.initials} kind={line.kind} />
            <span className={styles.words}>
              <span className={styles.name}>{line.kind === 'child' ? line.firstName : line.name}</span>
              <span className={styles.fact}>
                <PersonFact line={line} />
              </span>
            </span>
          </NavLink>
        </li>
      ))}
    </ul>
  );
}
