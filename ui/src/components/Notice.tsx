import { CircleAlert, CircleCheck, Info, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import styles from './Notice.module.css';

export type Tone = 'information' | 'attention' | 'danger' | 'success';

const icons = { information: Info, attention: TriangleAlert, danger: CircleAlert, success: CircleCheck };

interface NoticeProps {
  tone: Tone;
  title?: string | undefined;
  /** Read out when it appears: at once for what went wrong, politely for the rest. */
  announce?: boolean;
  actions?: ReactNode;
  children?: ReactNode;
}

export function Notice({ tone, title, announce, actions, children }: NoticeProps) {
  const Icon = icons[tone];
  return (
    <div
      className={`${styles.notice} ${styles[tone]}`}
      role={announce ? (tone === 'danger' ? 'alert' : 'status') : undefined}
    >
      <Icon size="1.25rem" aria-hidden="true" />
      <div className={styles.body}>
        {title && <p className={styles.title}>{title}</p>}
        {children && <div className={styles.words}>{children}</div>}
        {actions && <div className={styles.actions}>{actions}</div>}
      </div>
    </div>
  );
}
