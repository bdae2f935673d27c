import { type ReactNode, useContext, useLayoutEffect, useRef } from 'react';
import { useText } from '../lib/i18n';
import { PlaceContext } from '../lib/place';
import styles from './PageTitle.module.css';

interface PageTitleProps {
  /** The window's title, when the heading says something else: « Accueil » over « Bonjour Claire ». */
  window?: string | undefined;
  lead?: ReactNode;
  children: string;
}

/**
 * The page's only `h1`. It takes the focus when the page appears, and the window's title follows it: before the page is
 * painted, so that nobody reads one page under the name of another.
 */
export function PageTitle({ window: windowTitle, lead, children }: PageTitleProps) {
  const { t } = useText();
  const place = useContext(PlaceContext);
  const heading = useRef<HTMLHeadingElement>(null);
  const page = windowTitle ?? children;

  useLayoutEffect(() => {
    document.title = [page, place, t('frame.product')].filter(Boolean).join(' – ');
  }, [page, place, t]);

  useLayoutEffect(() => {
    heading.current?.focus({ preventScroll: true });
    globalThis.scrollTo?.(0, 0);
  }, []);

  return (
    <div className={styles.header}>
      <h1 ref={heading} tabIndex={-1} className={styles.title}>
        {children}
      </h1>
      {lead && <div className={styles.lead}>{lead}</div>}
    </div>
  );
}
