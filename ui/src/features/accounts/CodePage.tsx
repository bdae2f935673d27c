import { BackLink } from '../../components/BackLink';
import { Page } from '../../components/Page';
import { PageTitle } from '../../components/PageTitle';
import { useText } from '../../lib/i18n';
import { ChangeCode } from './ChangeCode';

export function CodePage() {
  const { t } = useText();
  return (
    <Page narrow>
      <PageTitle>{t('account.code.submit')}</PageTitle>
      <BackLink to="/compte" />
      <ChangeCode />
    </Page>
  );
}
