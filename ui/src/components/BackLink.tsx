import { ArrowLeft } from 'lucide-react';
import { useLocation } from 'react-router';
import { useText } from '../lib/i18n';
import { LinkButton } from './Button';

/** « Revenir », on a page that was reached from a screen to which nothing else leads back. */
export function BackLink() {
  const { t } = useText();
  const { state } = useLocation() as { state: { from?: string } | null };
  if (!state?.from) return null;
  return (
    <div>
      <LinkButton to={state.from} icon={<ArrowLeft size="1.125rem" aria-hidden="true" />}>
        {t('frame.back')}
      </LinkButton>
    </div>
  );
}
