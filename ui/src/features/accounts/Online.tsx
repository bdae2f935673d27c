import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Button } from '../../components/Button';
import { Loaded } from '../../components/Loaded';
import { Notice } from '../../components/Notice';
import { asFailure } from '../../lib/failures';
import { useText } from '../../lib/i18n';
import type { FailureCode } from '../../lib/ipc';

/** No fault of anybody's: the way to the town is not there for now. */
const away = new Set<FailureCode>(['unreachable', 'busy', 'offline']);

interface OnlineProps<T> {
  query: UseQueryResult<T>;
  /** What is known without the server. */
  meanwhile?: ReactNode;
  children: (data: T) => ReactNode;
}

/** What only the server knows: read, or why it cannot be read now. Never an alarm for a computer that is offline. */
export function Online<T>({ query, meanwhile, children }: OnlineProps<T>) {
  const { t } = useText();
  if (!query.isError || !away.has(asFailure(query.error).code)) {
    return <Loaded query={query}>{children}</Loaded>;
  }
  return (
    <>
      <Notice
        tone="information"
        announce
        title={t('account.offline.title')}
        actions={
          <Button busy={query.isFetching} onClick={() => void query.refetch()}>
            {t('frame.retry')}
          </Button>
        }
      >
        {t('account.offline.words')}
      </Notice>
      {/* What was read a moment ago stays readable, under the word that it may have changed. */}
      {query.data === undefined ? meanwhile : children(query.data)}
    </>
  );
}
