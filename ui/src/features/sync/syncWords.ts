import { ago } from '../../lib/dates';
import type { Locale, Text } from '../../lib/i18n';
import type { SyncStatusView } from '../../lib/ipc';

/** The state in words: alone, and with how long ago everything was read. */
export function syncWords(
  status: SyncStatusView,
  now: number,
  t: Text,
  locale: Locale,
): { state: string; full: string } {
  const state = stateWords(status, t);
  if (status.state !== 'upToDate' || !status.lastSyncAt) return { state, full: state };
  const when = ago(status.lastSyncAt, now, locale) ?? t('sync.now');
  return { state, full: t('sync.state.since', { state, when }) };
}

function stateWords(status: SyncStatusView, t: Text): string {
  switch (status.state) {
    case 'upToDate':
      return t('sync.state.upToDate');
    case 'receiving':
      return status.received === null
        ? t('sync.state.receiving')
        : t('sync.state.receivingCount', { count: status.received });
    case 'sending':
      return t('sync.state.sending', { count: status.pending });
    case 'offline':
      return status.pending === 0 ? t('sync.state.offline') : t('sync.state.offlinePending', { count: status.pending });
    case 'attention':
      return t('sync.state.attention');
  }
}
