import { Notice } from '../../components/Notice';
import { Page } from '../../components/Page';
import { PageTitle } from '../../components/PageTitle';
import { type MessageId, useText } from '../../lib/i18n';
import type { OutOfOrderView } from '../../lib/ipc';

/** For the agent who is called. */
const reasons: Record<OutOfOrderView, MessageId> = {
  settings: 'kiosk.outOfOrder.settings',
  noMemoryFolder: 'kiosk.outOfOrder.noMemoryFolder',
  notPrivate: 'kiosk.outOfOrder.notPrivate',
  memoryFull: 'kiosk.outOfOrder.memoryFull',
  cutShort: 'kiosk.outOfOrder.cutShort',
  notWiped: 'kiosk.outOfOrder.notWiped',
  failing: 'kiosk.outOfOrder.failing',
};

/** Nobody can sign in here now: why, whom to call, and that it is tried again by itself. */
export function OutOfOrder({ reason }: { reason: OutOfOrderView }) {
  const { t } = useText();
  // Somebody was here, and wants to know of their session first.
  const wasHere = reason === 'cutShort';
  return (
    <Page narrow>
      <PageTitle lead={t(wasHere ? 'kiosk.cutShort.lead' : 'kiosk.outOfOrder.lead')}>
        {t(wasHere ? 'kiosk.cutShort.title' : 'kiosk.outOfOrder.title')}
      </PageTitle>
      <Notice tone="attention" title={t('kiosk.outOfOrder.agent')}>
        {t(reasons[reason])}
      </Notice>
    </Page>
  );
}
