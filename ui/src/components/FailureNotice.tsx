import type { ReactNode } from 'react';
import { asFailure, failureSentences } from '../lib/failures';
import { useText } from '../lib/i18n';
import { Notice } from './Notice';

/** What happened, what it means, what to do; and what to quote to the town hall. */
export function FailureNotice({ failure, actions }: { failure: unknown; actions?: ReactNode }) {
  const { t } = useText();
  const { code, retryAfter, requestId } = asFailure(failure);
  return (
    <Notice tone="danger" announce actions={actions}>
      <p>{t(failureSentences[code])}</p>
      {retryAfter !== null && <p>{t('failure.retryAfter', { minutes: Math.max(1, Math.ceil(retryAfter / 60)) })}</p>}
      {requestId && <p>{t('failure.reference', { id: requestId })}</p>}
    </Notice>
  );
}
