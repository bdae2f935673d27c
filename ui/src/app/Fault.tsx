import { Button } from '../components/Button';
import { Notice } from '../components/Notice';
import { useText } from '../lib/i18n';
import { useKiosk } from '../lib/kiosk';
import styles from './Fault.module.css';

/** Shown instead of a page that broke. */
export function Fault() {
  const { t } = useText();
  const kiosk = useKiosk();
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
        {t(kiosk ? 'kiosk.fault.words' : 'frame.fault.words')}
      </Notice>
    </div>
  );
}
