import { useText } from '../lib/i18n';
import styles from './SkipLink.module.css';

/** First in the tab order: past the bars, to the page. A button, because the address after # is the router's. */
export function SkipLink() {
  const { t } = useText();
  return (
    <button type="button" className={styles.skip} onClick={() => document.getElementById('contenu')?.focus()}>
      {t('frame.skip')}
    </button>
  );
}
