import { useText } from '../../lib/i18n';
import type { PersonLineView } from '../../lib/ipc';

/** The few words under a name: « titulaire », « 8 ans · CE2 », « peut venir chercher ». */
export function PersonFact({ line }: { line: PersonLineView }) {
  const { t } = useText();
  switch (line.kind) {
    case 'holder':
      return t('family.kind.holder');
    case 'coHolder':
      return t('family.kind.coHolder');
    case 'child': {
      const age = line.age === null ? null : t('family.age', { age: line.age });
      return [age, line.level].filter(Boolean).join(' · ');
    }
    case 'contact': {
      const rights = [
        line.mayCollect ? t('family.contact.mayCollect') : null,
        line.emergency ? t('family.contact.emergency') : null,
      ].filter(Boolean);
      return rights.length > 0 ? rights.join(' · ') : t('family.kind.contact');
    }
  }
}
