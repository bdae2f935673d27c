import { useMutation, useQueryClient } from '@tanstack/react-query';
import { FailureNotice } from '../../components/FailureNotice';
import { Loaded } from '../../components/Loaded';
import { Page, Section } from '../../components/Page';
import { PageTitle } from '../../components/PageTitle';
import { nowKnown, readAgain } from '../../lib/freshness';
import { useText } from '../../lib/i18n';
import { backend, type OutboxItemView, type SyncCenterView } from '../../lib/ipc';
import { spaceKey, useSpace, useSpaceQuery } from '../../lib/session';
import { Items } from './Items';
import styles from './Sync.module.css';
import { SyncStateCard } from './SyncStateCard';

/** What waits, why, and what was answered: nothing is dropped silently. */
export function SyncCenterPage() {
  const { t } = useText();
  const center = useSpaceQuery(['syncCenter'], backend.syncCenter);
  return (
    <Page>
      <PageTitle lead={t('sync.lead')}>{t('sync.title')}</PageTitle>
      <Loaded query={center}>{(view) => <Center view={view} />}</Loaded>
    </Page>
  );
}

function Center({ view }: { view: SyncCenterView }) {
  const { t } = useText();
  const client = useQueryClient();
  const { profile } = useSpace();
  const now = useMutation({
    mutationFn: backend.syncNow,
    onSuccess: async (status) => {
      await nowKnown(client, spaceKey(profile.id, 'syncStatus'), status);
      await readAgain(client, spaceKey(profile.id, 'syncCenter'));
    },
  });
  const retry = () => now.mutate();
  const isRefused = ({ state }: OutboxItemView) => state.type === 'rejected';
  const changed = view.waiting.filter((item) => item.changed !== null);
  const others = view.waiting.filter((item) => item.changed === null);
  const refused = others.filter(isRefused);
  const toSend = others.filter((item) => !isRefused(item));
  return (
    <>
      <SyncStateCard status={view.status} busy={now.isPending} onSync={retry} />
      {now.isError && <FailureNotice failure={now.error} />}
      {changed.length > 0 && (
        <Section title={t('sync.changed.title')} id="sync-changed">
          <Items items={changed} retrying={now.isPending} onRetry={retry} />
        </Section>
      )}
      {refused.length > 0 && (
        <Section title={t('sync.refused.title')} id="sync-refused">
          <Items items={refused} retrying={now.isPending} onRetry={retry} />
        </Section>
      )}
      <Section title={t('sync.waiting.title')} id="sync-waiting">
        {toSend.length === 0 ? (
          <p className={styles.empty}>{t('sync.waiting.none')}</p>
        ) : (
          <Items items={toSend} retrying={now.isPending} onRetry={retry} />
        )}
      </Section>
      {view.answered.length > 0 && (
        <Section title={t('sync.answered.title')} id="sync-answered">
          <Items items={view.answered} retrying={false} onRetry={retry} />
        </Section>
      )}
    </>
  );
}
