import { useState } from 'react';
import { Button } from '../components/Button';
import { Notice } from '../components/Notice';
import { SignInAgainDialog } from '../features/accounts/SignInAgainDialog';
import { useText } from '../lib/i18n';
import { useKiosk } from '../lib/kiosk';

/** The session with the town ended: everything stays readable, and one button mends it. */
export function SignInAgain() {
  const { t } = useText();
  const [open, setOpen] = useState(false);
  const kiosk = useKiosk();
  if (kiosk) {
    // Whoever signs in again at a kiosk may be somebody else.
    return (
      <Notice tone="attention" title={t('accounts.again.title')}>
        {t('kiosk.failure.signInAgain')}
      </Notice>
    );
  }
  return (
    <>
      <Notice
        tone="attention"
        title={t('accounts.again.title')}
        actions={
          <Button look="primary" onClick={() => setOpen(true)}>
            {t('accounts.again.action')}
          </Button>
        }
      >
        {t('accounts.again.words')}
      </Notice>
      <SignInAgainDialog open={open} onClose={() => setOpen(false)} />
    </>
  );
}
