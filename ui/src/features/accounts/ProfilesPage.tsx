import { Plus } from 'lucide-react';
import { useState } from 'react';
import { Navigate } from 'react-router';
import { Button, LinkButton } from '../../components/Button';
import { Confirm } from '../../components/Confirm';
import { Notice } from '../../components/Notice';
import { Page } from '../../components/Page';
import { PageTitle } from '../../components/PageTitle';
import { type MessageId, useText } from '../../lib/i18n';
import { backend, type ProfileView } from '../../lib/ipc';
import { useSession, useSessionMutation } from '../../lib/session';
import styles from './SignIn.module.css';
import { useSignInFlow } from './signInFlow';
import { useOpenProfile } from './useOpenProfile';

const protections: Record<ProfileView['protection'], MessageId> = {
  keychain: 'accounts.protection.keychain',
  passphrase: 'accounts.protection.passphrase',
  memoryOnly: 'accounts.protection.memoryOnly',
};

/** The spaces this computer knows. Without any, sign-in begins at once. */
export function ProfilesPage() {
  const { t } = useText();
  const session = useSession().data;
  const profiles = session?.type === 'signedOut' ? session.profiles : [];
  const { signedOut } = useSignInFlow().flow;
  const opening = useOpenProfile();
  const [forgetting, setForgetting] = useState<ProfileView | null>(null);
  const forget = useSessionMutation(backend.forgetProfile, () => setForgetting(null));
  if (profiles.length === 0) return <Navigate to="/connexion/commune" replace />;

  return (
    <Page narrow>
      <PageTitle lead={t('accounts.profiles.lead')}>{t('accounts.profiles.title')}</PageTitle>
      {signedOut && (
        <Notice tone="success" announce title={t('accounts.profiles.signedOut')}>
          {t('accounts.profiles.signedOutWords', { who: signedOut.who })}
        </Notice>
      )}
      <ul className={styles.profiles}>
        {profiles.map((profile) => {
          const who = profile.personName ?? t('accounts.profiles.locked');
          return (
            <li key={profile.id} className={styles.profile}>
              <span className={styles.who}>
                <span className={styles.name}>{who}</span>
                <span>{profile.communeName}</span>
                <span className={styles.hint}>{t(protections[profile.protection])}</span>
              </span>
              <Button
                label={t('accounts.forget.label', { who, commune: profile.communeName })}
                onClick={() => setForgetting(profile)}
              >
                {t('accounts.forget.open')}
              </Button>
              <Button
                look="primary"
                busy={opening.busy(profile.id)}
                label={t('accounts.profiles.openLabel', { who, commune: profile.communeName })}
                onClick={() => opening.open(profile)}
              >
                {t('accounts.profiles.open')}
              </Button>
            </li>
          );
        })}
      </ul>
      <p className={styles.hint}>{t('accounts.forget.hint')}</p>
      <div>
        <LinkButton to="/connexion/commune" icon={<Plus size="1.125rem" aria-hidden="true" />}>
          {t('accounts.profiles.add')}
        </LinkButton>
      </div>
      {opening.question}
      <Confirm
        open={forgetting !== null}
        title={t('accounts.forget.title', { commune: forgetting?.communeName ?? '' })}
        action={t('accounts.forget.action')}
        busy={forget.isPending}
        failure={forget.error}
        onConfirm={() => forgetting && forget.mutate(forgetting.id)}
        onClose={() => {
          forget.reset();
          setForgetting(null);
        }}
      >
        <p>{t('accounts.forget.words')}</p>
        <p>
          <strong>{t('accounts.forget.lost')}</strong>
        </p>
      </Confirm>
    </Page>
  );
}
