import { Navigate } from 'react-router';
import { LinkButton } from '../../components/Button';
import { ContactLine } from '../../components/ContactLine';
import { Actions, Card, Page } from '../../components/Page';
import { PageTitle } from '../../components/PageTitle';
import { useText } from '../../lib/i18n';
import { useSignInFlow } from './signInFlow';

/** The town's answer to « Je n'ai pas encore d'identifiant ». */
export function NewResidentPage() {
  const { t } = useText();
  const { commune } = useSignInFlow().flow;
  if (!commune) return <Navigate to="/connexion/commune" replace />;
  return (
    <Page narrow>
      <PageTitle>{t('accounts.newResident.title')}</PageTitle>
      <Card>
        <p>{commune.newResident}</p>
        <p>
          <ContactLine contact={commune.contact} />
          <br />
          {commune.contact.email}
        </p>
        <Actions>
          <LinkButton look="primary" to="/connexion/espace">
            {t('accounts.newResident.back')}
          </LinkButton>
        </Actions>
      </Card>
    </Page>
  );
}
