import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useText } from '../lib/i18n';
import { Button } from './Button';
import { FailureNotice } from './FailureNotice';
import { Skeleton } from './Skeleton';

/** What was read, or its shape while it comes, or why it does not come and a way to ask again. */
export function Loaded<T>({ query, children }: { query: UseQueryResult<T>; children: (data: T) => ReactNode }) {
  const { t } = useText();
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.isError) {
    return (
      <FailureNotice
        failure={query.error}
        actions={
          <Button onClick={() => void query.refetch()} busy={query.isFetching}>
            {t('frame.retry')}
          </Button>
        }
      />
    );
  }
  return <Skeleton />;
}
