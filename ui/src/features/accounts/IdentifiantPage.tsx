import { BackLink } from '../../components/BackLink';
import { Loaded } from '../../components/Loaded';
import { Page } from '../../components/Page';
import { PageTitle } from '../../components/PageTitle';
import { useText } from '../../lib/i18n';
import { backend } from '../../lib/ipc';
import { useSpaceQuery } from '../../lib/session';
import { ChangeIdentifiant } from './ChangeIdentifiant';

export function IdentifiantPage() {
  const { t } = useText();
  const account = useSpaceQuery(['account'], backend.account);
  return (
    <Page narrow>
      <PageTitle>{t('account.identifiant.submit')}</PageTitle>
      <BackLink to="/compte" />
      <Loaded query={account}>{({ identifiant }) => <ChangeIdentifiant current={identifiant} />}</Loaded>
    </Page>
  );
}
