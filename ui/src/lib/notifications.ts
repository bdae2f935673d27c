/**
 * The system's notifications are shown by the shell, which has no catalogue: it is given its words at the start and at
 * each change of language, so that it finds them while the window is minimised.
 */
import { i18n } from '@lingui/core';
import type { MessageId } from './i18n';
import { backend } from './ipc';

export async function handOverNotifications(): Promise<void> {
  const t = (id: MessageId): string => i18n._(id);
  await backend
    .setNotificationWords({
      title: t('frame.product'),
      accepted: t('details.notification.accepted'),
      refused: t('details.notification.refused'),
      answered: t('details.notification.answered'),
      daysToSend: t('reservations.notification.toSend'),
      bookingOpens: t('reservations.notification.opens'),
      lastDaysToCancel: t('reservations.notification.cancel'),
    })
    // Without them there are no notifications; everything else works.
    .catch(() => undefined);
}
