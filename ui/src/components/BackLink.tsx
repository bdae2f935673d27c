import { ArrowLeft } from 'lucide-react';
import { useLocation } from 'react-router';
import { useText } from '../lib/i18n';
import { LinkButton } from './Button';

/** « Revenir », on a page that was reached from a screen to which nothing else leads back, or that has a page above it. */
export function BackLink({ to }: { to?: string }) {
  const { t } = useText();
  const { state } = useLocation() as { state: { from?: string } | null };
  const above = to ?? state?.from;
  if (!above) return null;
  return (
    <div>
      <LinkButton to={above} icon={<ArrowLeft size="1.125rem" aria-hidden="true" />}>
        {t('frame.back')}
      </LinkButton>
    </div>
  );
}
