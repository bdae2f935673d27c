import { LinkButton } from '../components/Button';
import { Page } from '../components/Page';
import { PageTitle } from '../components/PageTitle';
import { useText } from '../lib/i18n';

export function NotFoundPage() {
  const { t } = useText();
  return (
    <Page narrow>
      <PageTitle lead={t('frame.notFound.words')}>{t('frame.notFound.title')}</PageTitle>
      <div>
        <LinkButton look="primary" to="/">
          {t('frame.notFound.action')}
        </LinkButton>
      </div>
    </Page>
  );
}
