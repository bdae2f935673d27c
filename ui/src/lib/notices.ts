/** Notices of security in words: one title each, wherever they are named. */
import type { Text } from './i18n';
import type { SecurityEventView } from './ipc';

export function noticeTitle(what: SecurityEventView, t: Text): string {
  switch (what.type) {
    case 'sessionReused':
      return t('notice.sessionReused');
    case 'codeReset':
      return t('notice.codeReset');
    case 'codeChanged':
      return t('notice.codeChanged');
    case 'letterIssued':
      return t('notice.letterIssued');
    case 'identifiantChanged':
      return t('notice.identifiantChanged');
    case 'emailChanged':
      return t('notice.emailChanged');
    case 'coHolderInvited':
      return t('notice.coHolderInvited', { name: what.name });
    case 'coHolderJoined':
      return t('notice.coHolderJoined', { name: what.name });
    case 'coHolderRemoved':
      return t('notice.coHolderRemoved', { name: what.name });
    case 'unknown':
      return t('notice.unknown');
  }
}

/** What a notice asks of whoever reads it: to act now, to make sure, or nothing. */
export function noticeUrgency({ type }: SecurityEventView): 'danger' | 'attention' | 'information' {
  switch (type) {
    case 'sessionReused':
      return 'danger';
    case 'codeReset':
    case 'emailChanged':
    case 'letterIssued':
      return 'attention';
    case 'codeChanged':
    case 'identifiantChanged':
    case 'coHolderInvited':
    case 'coHolderJoined':
    case 'coHolderRemoved':
    case 'unknown':
      return 'information';
  }
}
