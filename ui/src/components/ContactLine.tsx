import { Trans } from '@lingui/react';
import type { MessageId } from '../lib/i18n';
import type { CommuneView } from '../lib/ipc';
import styles from './ContactLine.module.css';

const id: MessageId = 'frame.help.contact';

/** « Pôle enfance jeunesse – 05 56 95 56 12 », the number never cut in two. */
export function ContactLine({ contact: { label, phone } }: { contact: CommuneView['contact'] }) {
  return (
    <strong className={styles.contact}>
      <Trans id={id} values={{ label, phone }} components={{ 0: <span className={styles.phone} /> }} />
    </strong>
  );
}
