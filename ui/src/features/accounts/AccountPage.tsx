import { Loaded } from '../../components/Loaded';
import { Page } from '../../components/Page';
import { PageTitle } from '../../components/PageTitle';
import { useText } from '../../lib/i18n';
import { backend } from '../../lib/ipc';
import { useSpaceQuery } from '../../lib/session';
import { ChangeCode } from './ChangeCode';
import { ChangeIdentifiant } from './ChangeIdentifiant';
import { ThisComputer } from './ThisComputer';

/** *Mon compte*: the identifiant and the code, both one's own to change. */
export function AccountPage() {
  const { t } = useText();
  const account = useSpaceQuery(['account'], backend.account);
  return (
    <Page>
      <PageTitle lead={t('account.lead')}>{t('account.title')}</PageTitle>
      <Loaded query={account}>{({ identifiant }) => <ChangeIdentifiant current={identifiant} />}</Loaded>
      <ChangeCode />
      <ThisComputer />
    </Page>
  );
}
