import type { ReactNode } from 'react';
import { asFailure, failureSentences, reference } from '../lib/failures';
import { useText } from '../lib/i18n';
import type { FailureCode } from '../lib/ipc';
import { kioskFailureSentences, useKiosk } from '../lib/kiosk';
import { Notice } from './Notice';

/** What only time mends: the sentence says why, the line below says until when. */
const passing = new Set<FailureCode>(['tooManyAttempts', 'busy']);

/** What happened, what it means, what to do; and what to quote to the town hall. */
export function FailureNotice({ failure, actions }: { failure: unknown; actions?: ReactNode }) {
  const { t } = useText();
  const kiosk = useKiosk();
  const known = asFailure(failure);
  const { code, retryAfter } = known;
  const id = reference(known);
  return (
    <Notice tone="danger" announce actions={actions}>
      <p>{t((kiosk && kioskFailureSentences[code]) || failureSentences[code])}</p>
      {retryAfter !== null ? (
        <p>{t('failure.retryAfter', { minutes: Math.max(1, Math.ceil(retryAfter / 60)) })}</p>
      ) : (
        passing.has(code) && <p>{t('failure.retryLater')}</p>
      )}
      {id && <p>{t('failure.reference', { id })}</p>}
    </Notice>
  );
}
