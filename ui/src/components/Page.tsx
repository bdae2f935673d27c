import type { ReactNode } from 'react';
import styles from './Page.module.css';

/** A page's column: what it holds, evenly spaced, no wider than reads well. */
export function Page({ narrow, children }: { narrow?: boolean; children: ReactNode }) {
  return <div className={`${styles.page} ${narrow ? styles.narrow : ''}`}>{children}</div>;
}

/** A white card, with its heading when it has one. */
export function Card({
  title,
  id,
  aside,
  children,
}: {
  title?: string;
  id?: string;
  aside?: ReactNode;
  children: ReactNode;
}) {
  return (
    <section className={styles.card} aria-labelledby={title && id ? id : undefined}>
      {title && (
        <div className={styles.cardHead}>
          <h2 className={styles.cardTitle} id={id}>
            {title}
          </h2>
          {aside}
        </div>
      )}
      {children}
    </section>
  );
}

/** A section of a page under a heading in small capitals. */
export function Section({ title, id, children }: { title: string; id: string; children: ReactNode }) {
  return (
    <section className={styles.section} aria-labelledby={id}>
      <h2 className={styles.sectionTitle} id={id}>
        {title}
      </h2>
      {children}
    </section>
  );
}

/** Buttons side by side, the strong one last in sight and order. */
export function Actions({ children }: { children: ReactNode }) {
  return <div className={styles.actions}>{children}</div>;
}

/** Fields or paragraphs one under the other. */
export function Stack({ children }: { children: ReactNode }) {
  return <div className={styles.stack}>{children}</div>;
}
