import { Button } from '../components/Button';
import { Notice } from '../components/Notice';
import { useText } from '../lib/i18n';
import styles from './Fault.module.css';

/** Shown instead of a page that broke. */
export function Fault() {
  const { t } = useText();
  return (
    <div className={styles.fault}>
      <h1 className={styles.title}>{t('frame.fault.title')}</h1>
      <Notice
        tone="attention"
        announce
        actions={
          <Button
            look="primary"
            onClick={() => {
              globalThis.location.hash = '#/';
              globalThis.location.reload();
            }}
          >
            {t('frame.fault.action')}
          </Button>
        }
      >
        {t('frame.fault.words')}
      </Notice>
    </div>
  );
}
