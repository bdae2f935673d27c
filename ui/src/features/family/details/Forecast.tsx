import { Hourglass, MailCheck, Zap } from 'lucide-react';
import { type MessageId, useText } from '../../../lib/i18n';
import type { DetailStateView } from '../../../lib/ipc';
import styles from './Details.module.css';

const forecasts = {
  accepted: { Icon: Zap, words: 'details.review.atOnce' },
  awaitsTown: { Icon: Hourglass, words: 'details.review.byTown' },
  awaitsConfirmation: { Icon: MailCheck, words: 'details.review.byOwner' },
} satisfies Partial<Record<DetailStateView['type'], { Icon: typeof Zap; words: MessageId }>>;

/** Step 2: whether the town takes a change at once or has to validate it first. */
export function Forecast({ state }: { state: DetailStateView }) {
  const { t } = useText();
  if (state.type !== 'accepted' && state.type !== 'awaitsTown' && state.type !== 'awaitsConfirmation') return null;
  const { Icon, words } = forecasts[state.type];
  return (
    <p className={styles.forecast}>
      <Icon size="1rem" aria-hidden="true" />
      {t(words)}
    </p>
  );
}
