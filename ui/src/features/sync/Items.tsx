import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from '../../components/Button';
import { Confirm } from '../../components/Confirm';
import { FailureNotice } from '../../components/FailureNotice';
import { moment } from '../../lib/dates';
import { nowKnown, readAgain } from '../../lib/freshness';
import { useText } from '../../lib/i18n';
import { backend, type OutboxItemView, type SyncCenterView, type SyncStatusView } from '../../lib/ipc';
import { spaceKey, useSpace } from '../../lib/session';
import { ItemState, useItemWords } from './ItemState';
import styles from './Sync.module.css';
import { useSubject } from './subject';

interface ItemsProps {
  items: readonly OutboxItemView[];
  status: SyncStatusView;
  retrying: boolean;
  onRetry: () => void;
}

export function Items({ items, ...rest }: ItemsProps) {
  return (
    <ul className={styles.items}>
      {items.map((item) => (
        <Item key={item.opId} item={item} {...rest} />
      ))}
    </ul>
  );
}

function Item({ item, status, retrying, onRetry }: Omit<ItemsProps, 'items'> & { item: OutboxItemView }) {
  const { t, locale } = useText();
  const { title, change } = useSubject()(item.subject);
  const words = useItemWords()(item, status);
  return (
    <li className={styles.item}>
      <div className={styles.itemHead}>
        <h3 className={styles.itemTitle}>{title}</h3>
        <ItemState state={item.state} />
      </div>
      {change && <p>{change}</p>}
      <p className={styles.second}>
        {t('sync.item.since', { when: moment(item.since, locale) })}
        {item.attempts > 0 && ` · ${t('sync.item.attempts', { count: item.attempts })}`}
      </p>
      <p>{words}</p>
      <ItemActions item={item} title={title} retrying={retrying} onRetry={onRetry} />
    </li>
  );
}

interface ItemActionsProps {
  item: OutboxItemView;
  title: string;
  retrying: boolean;
  onRetry: () => void;
}

function ItemActions({ item, title, retrying, onRetry }: ItemActionsProps) {
  const { t } = useText();
  const client = useQueryClient();
  const { profile } = useSpace();
  const [asking, setAsking] = useState(false);
  const settle = async (center: SyncCenterView) => {
    await nowKnown(client, spaceKey(profile.id, 'syncCenter'), center);
    await nowKnown(client, spaceKey(profile.id, 'syncStatus'), center.status);
    for (const name of ['home', 'details']) void readAgain(client, spaceKey(profile.id, name));
  };
  const giveUp = useMutation({ mutationFn: () => backend.giveUp(item.opId), onSuccess: settle });
  const acknowledge = useMutation({ mutationFn: () => backend.acknowledgeRefusal(item.opId), onSuccess: settle });
  const refused = item.state.type === 'rejected';
  // A refusal stays among what waits until somebody has read it; afterwards there is nothing left to do.
  const toRead = refused && (item.canGiveUp || item.canRetry || !acknowledge.isSuccess);
  if (!item.canRetry && !item.canGiveUp && !toRead) return null;
  return (
    <div className={styles.actions}>
      {acknowledge.isError && <FailureNotice failure={acknowledge.error} />}
      {item.canGiveUp && (
        <Button look="quiet" label={t('sync.giveUp.label', { title })} onClick={() => setAsking(true)}>
          {t('sync.giveUp.open')}
        </Button>
      )}
      {item.canRetry && (
        <Button busy={retrying} label={t('sync.retry.label', { title })} onClick={onRetry}>
          {t('sync.retry')}
        </Button>
      )}
      {toRead && (
        <Button
          busy={acknowledge.isPending}
          label={t('sync.acknowledge.label', { title })}
          onClick={() => acknowledge.mutate()}
        >
          {t('sync.acknowledge')}
        </Button>
      )}
      <Confirm
        open={asking}
        title={t('sync.giveUp.title')}
        action={t('sync.giveUp.action')}
        busy={giveUp.isPending}
        failure={giveUp.error}
        onConfirm={() => giveUp.mutate(undefined, { onSuccess: () => setAsking(false) })}
        onClose={() => {
          giveUp.reset();
          setAsking(false);
        }}
      >
        <p>{title}</p>
        <p>{t(item.attempts === 0 ? 'sync.giveUp.neverSent' : 'sync.giveUp.sent')}</p>
      </Confirm>
    </div>
  );
}
