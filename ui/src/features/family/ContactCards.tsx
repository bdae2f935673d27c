import { Check, X } from 'lucide-react';
import { Facts } from '../../components/Facts';
import { Card } from '../../components/Page';
import { useText } from '../../lib/i18n';
import type { PersonView } from '../../lib/ipc';
import styles from './Person.module.css';
import { NotGiven } from './values';

export function ContactCards({ view }: { view: Extract<PersonView, { type: 'contact' }> }) {
  const { t } = useText();
  const rights = [
    [view.line.mayCollect, t(view.line.mayCollect ? 'family.contact.collects' : 'family.contact.collectsNot')],
    [view.line.emergency, t(view.line.emergency ? 'family.contact.called' : 'family.contact.calledNot')],
  ] as const;
  return (
    <Card>
      <Facts
        facts={[
          { term: t('family.contact.relation'), value: view.relation || <NotGiven /> },
          { term: t('family.contact.phone'), value: view.phone ?? <NotGiven /> },
        ]}
      />
      <ul className={styles.rights}>
        {rights.map(([yes, words]) => (
          <li key={words} className={`${styles.right} ${yes ? styles.yes : styles.no}`}>
            {yes ? <Check size="1.25rem" aria-hidden="true" /> : <X size="1.25rem" aria-hidden="true" />}
            {words}
          </li>
        ))}
      </ul>
    </Card>
  );
}
