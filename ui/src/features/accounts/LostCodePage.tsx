import { Navigate, useNavigate } from 'react-router';
import { Card, Page } from '../../components/Page';
import { PageTitle } from '../../components/PageTitle';
import { useText } from '../../lib/i18n';
import { LostCode } from './LostCode';
import { useSignInFlow } from './signInFlow';

/** « Code secret oublié ? » from the sign-in page, with the town already chosen. */
export function LostCodePage() {
  const { t } = useText();
  const navigate = useNavigate();
  const { flow } = useSignInFlow();
  if (!flow.commune) return <Navigate to="/connexion/commune" replace />;
  return (
    <Page narrow>
      <PageTitle>{t('accounts.lost.title')}</PageTitle>
      <Card>
        <LostCode
          commune={flow.commune}
          invitation={flow.unlisted?.invitation}
          known={flow.identifiant ?? ''}
          onBack={() => void navigate('/connexion/espace')}
        />
      </Card>
    </Page>
  );
}
