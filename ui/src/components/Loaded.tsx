import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useText } from '../lib/i18n';
import { Button } from './Button';
import { FailureNotice } from './FailureNotice';
import { PageTitle } from './PageTitle';
import { Skeleton } from './Skeleton';

interface LoadedProps<T> {
  query: UseQueryResult<T>;
  /** The page's title while there is no other, for pages named after what they show. */
  title?: string;
  children: (data: T) => ReactNode;
}

/** What was read, or its shape while it comes, or why it does not come and a way to ask again. */
export function Loaded<T>({ query, title, children }: LoadedProps<T>) {
  const { t } = useText();
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.isError) {
    return (
      <>
        {title && <PageTitle>{title}</PageTitle>}
        <FailureNotice
          failure={query.error}
          actions={
            <Button onClick={() => void query.refetch()} busy={query.isFetching}>
              {t('frame.retry')}
            </Button>
          }
        />
      </>
    );
  }
  return <Skeleton />;
}
