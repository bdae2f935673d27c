import { useMutation } from '@tanstack/react-query';
import { Button } from '../../components/Button';
import { ChangeState, useStateWords } from '../../components/ChangeState';
import { FailureNotice } from '../../components/FailureNotice';
import { GiveUp } from '../../components/GiveUp';
import { moment } from '../../lib/dates';
import { useText } from '../../lib/i18n';
import { backend, type OutboxItemView } from '../../lib/ipc';
import { useCenterKnown } from '../../lib/syncStatus';
import styles from './Sync.module.css';
import { useSubject } from './subject';

interface ItemsProps {
  items: readonly OutboxItemView[];
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

function Item({ item, retrying, onRetry }: Omit<ItemsProps, 'items'> & { item: OutboxItemView }) {
  const { t, locale } = useText();
  const { title, change } = useSubject()(item.subject);
  const asked = item.subject.type === 'changeDetail' ? item.subject.change : null;
  // What became of a change afterwards is written on the change; the outbox knows the answer to its sending.
  const later = item.state.type === 'waiting' || asked?.state.type === 'withdrawn';
  const state = asked && later ? asked.state : item.state;
  const words = useStateWords()(state, asked) ?? (asked === null ? t('sync.cancel.done') : null);
  return (
    <li className={styles.item}>
      <div className={styles.itemHead}>
        <h3 className={styles.itemTitle}>{title}</h3>
        <ChangeState state={state} />
      </div>
      {change && <p>{change}</p>}
      <p className={styles.second}>
        {t('sync.item.since', { when: moment(item.since, locale) })}
        {item.attempts > 0 && ` · ${t('sync.item.attempts', { count: item.attempts })}`}
      </p>
      {words && <p>{words}</p>}
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
  const acknowledge = useMutation({
    mutationFn: () => backend.acknowledgeRefusal(item.opId),
    onSuccess: useCenterKnown(),
  });
  const refused = item.state.type === 'rejected';
  // A refusal stays among what waits until somebody has read it; afterwards there is nothing left to do.
  const toRead = refused && (item.canGiveUp || item.canRetry || !acknowledge.isSuccess);
  if (!item.canRetry && !item.canGiveUp && !toRead) return null;
  return (
    <div className={styles.actions}>
      {acknowledge.isError && <FailureNotice failure={acknowledge.error} />}
      {item.canGiveUp && (
        <GiveUp
          opId={item.opId}
          title={title}
          words={t(item.attempts === 0 ? 'sync.giveUp.neverSent' : 'sync.giveUp.sent')}
        />
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
    </div>
  );
}
