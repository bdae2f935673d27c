import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { Button } from '../../components/Button';
import { FailureNotice } from '../../components/FailureNotice';
import { Page } from '../../components/Page';
import { PageTitle } from '../../components/PageTitle';
import { Skeleton } from '../../components/Skeleton';
import { useText } from '../../lib/i18n';
import { backend, type CommuneView, type KioskView } from '../../lib/ipc';

/** When the way to the town is cut, it is tried again without anybody's doing. */
const again = 15_000;

/** The way in of a kiosk: its commune is known, there is nothing to choose. */
export function Welcome({ kiosk, onReady }: { kiosk: KioskView; onReady: (commune: CommuneView) => void }) {
  const { t } = useText();
  const { slug, name } = kiosk.commune;
  const town = useQuery({
    queryKey: ['kiosk', 'town', slug],
    queryFn: () => backend.connectTown(slug),
    refetchInterval: ({ state }) => (state.status === 'error' ? again : false),
    refetchIntervalInBackground: true,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the town has answered.
  useEffect(() => {
    if (town.data) onReady(town.data);
  }, [town.data]);
  return (
    <Page narrow>
      <PageTitle lead={t('kiosk.welcome.lead')}>{t('kiosk.welcome.title', { commune: name })}</PageTitle>
      {town.isError ? (
        <FailureNotice
          failure={town.error}
          actions={
            <Button busy={town.isFetching} onClick={() => void town.refetch()}>
              {t('frame.retry')}
            </Button>
          }
        />
      ) : (
        <Skeleton />
      )}
    </Page>
  );
}
