import { useMutation } from '@tanstack/react-query';
import { Button } from '../../components/Button';
import { ChangeState, useStateWords } from '../../components/ChangeState';
import { FailureNotice } from '../../components/FailureNotice';
import { GiveUp } from '../../components/GiveUp';
import { moment } from '../../lib/dates';
import { useText } from '../../lib/i18n';
import { backend, type DetailStateView, type OutboxItemView, type OutboxStateView } from '../../lib/ipc';
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
  const later = item.state.type === 'waiting' || asked?.state.type === 'withdrawn' || asked?.state.type === 'expired';
  const state = asked && later ? asked.state : item.state;
  const words = useStateWords()(state, asked) ?? (item.subject.type === 'cancel' ? t('sync.cancel.done') : null);
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
      {item.changed && <p>{t('sync.changed.words', { before: item.changed.before, now: standing(state) })}</p>}
      <ItemActions item={item} title={title} retrying={retrying} onRetry={onRetry} />
    </li>
  );
}

/** What a request stands at, for the sentence that compares it with before. */
function standing(state: DetailStateView | OutboxStateView): 'applied' | 'waiting' | 'rejected' {
  switch (state.type) {
    case 'applied':
    case 'accepted':
      return 'applied';
    case 'rejected':
    case 'refused':
    case 'withdrawn':
    case 'expired':
      return 'rejected';
    default:
      return 'waiting';
  }
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
  const news = item.changed === null ? item.state.type === 'rejected' : !item.changed.seen;
  // News stay among what waits until somebody has read them; afterwards there is nothing left to do.
  const toRead = news && (item.canGiveUp || item.canRetry || !acknowledge.isSuccess);
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
