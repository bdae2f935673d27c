import { valibotResolver } from '@hookform/resolvers/valibot';
import { useEffect } from 'react';
import { useForm, useWatch } from 'react-hook-form';
import { Link, Navigate } from 'react-router';
import { Button } from '../../components/Button';
import { ErrorSummary } from '../../components/ErrorSummary';
import { FailureNotice } from '../../components/FailureNotice';
import { Notice } from '../../components/Notice';
import { Card, Page, Stack } from '../../components/Page';
import { PageTitle } from '../../components/PageTitle';
import { SecretField } from '../../components/SecretField';
import { TextField } from '../../components/TextField';
import { useProblems } from '../../components/useProblems';
import { asFailure } from '../../lib/failures';
import { useText } from '../../lib/i18n';
import { backend, type CommuneView, type KeepRequest } from '../../lib/ipc';
import { useKiosk } from '../../lib/kiosk';
import { useSession, useSessionMutation } from '../../lib/session';
import { checking, signInForm } from './forms';
import { KeepChoice } from './KeepChoice';
import styles from './SignIn.module.css';
import { useSignInFlow } from './signInFlow';

/** Second step of sign-in: *MON ESPACE PERSO*. */
export function SignInPage() {
  const { flow } = useSignInFlow();
  return flow.commune ? <SignInForm commune={flow.commune} /> : <Navigate to="/connexion/commune" replace />;
}

function SignInForm({ commune }: { commune: CommuneView }) {
  const { t } = useText();
  const { flow, setFlow } = useSignInFlow();
  const kiosk = useKiosk();
  const session = useSession().data;
  const keychain = session?.type === 'signedOut' && session.keychainAvailable;
  const signIn = useSessionMutation(backend.signIn);
  const form = useForm({
    resolver: valibotResolver(signInForm),
    defaultValues: {
      identifiant: flow.identifiant ?? '',
      code: '',
      keep: (kiosk ? 'memoryOnly' : keychain ? 'keychain' : 'passphrase') as KeepRequest['type'],
      passphrase: '',
      again: '',
    },
    ...checking,
  });
  const { errors, submitCount } = form.formState;
  const { sentence, problems } = useProblems(errors, ['identifiant', 'code', 'passphrase', 'again'], 'sign-in');
  const keep = useWatch({ control: form.control, name: 'keep' });

  // A keychain that did not answer for seconds turns out not to be there.
  const without = session?.type === 'signedOut' && !session.keychainAvailable;
  useEffect(() => {
    if (without && form.getValues('keep') === 'keychain') form.setValue('keep', 'passphrase');
  }, [without, form]);

  const submit = form.handleSubmit(({ identifiant, code, keep: where, passphrase }) => {
    const request: KeepRequest = where === 'passphrase' ? { type: where, passphrase } : { type: where };
    const invitation = flow.unlisted?.invitation ?? null;
    signIn.mutate({ slug: commune.slug, invitation, identifiant, code, keep: request });
  });

  return (
    <Page narrow>
      <PageTitle window={t('accounts.signIn.submit')}>
        {t('accounts.signIn.title', { commune: commune.name })}
      </PageTitle>
      <form onSubmit={(event) => void submit(event)} noValidate>
        <Card title={t('accounts.signIn.card')} id="sign-in-card">
          <p className={styles.words}>
            {t('accounts.signIn.words', { label: commune.contact.label, phone: commune.contact.phone })}
          </p>
          {flow.unlisted && (
            <Notice tone="attention">{t('accounts.signIn.unlisted', { host: flow.unlisted.host })}</Notice>
          )}
          <ErrorSummary problems={problems} attempt={submitCount} />
          {signIn.isError && problems.length === 0 && <FailureNotice failure={signIn.error} />}
          {/* The town answers a wrong code and an agent's without its second factor alike. */}
          {kiosk && signIn.isError && asFailure(signIn.error).code === 'signInRefused' && (
            <p className={styles.hint}>{t('kiosk.signIn.agents')}</p>
          )}
          <Stack>
            <TextField
              id="sign-in-identifiant"
              label={t('accounts.identifiant')}
              autoComplete="username"
              autoCapitalize="none"
              spellCheck={false}
              error={sentence('identifiant')}
              {...form.register('identifiant', {
                // A look at the preferences does not lose it.
                onBlur: ({ target }: { target: HTMLInputElement }) => setFlow({ ...flow, identifiant: target.value }),
              })}
            />
            <SecretField
              id="sign-in-code"
              label={t('accounts.code')}
              autoComplete="current-password"
              error={sentence('code')}
              {...form.register('code')}
            />
          </Stack>
          <KeepChoice
            keychain={keychain}
            keep={keep}
            onKeep={(next) => {
              form.setValue('keep', next);
              form.clearErrors(['passphrase', 'again']);
            }}
            passphrase={
              <>
                <SecretField
                  id="sign-in-passphrase"
                  label={t('accounts.passphrase')}
                  hint={t('accounts.passphrase.hint')}
                  autoComplete="new-password"
                  error={sentence('passphrase')}
                  {...form.register('passphrase', { onChange: () => errors.again && void form.trigger('again') })}
                />
                <SecretField
                  id="sign-in-again"
                  label={t('accounts.passphrase.again')}
                  autoComplete="new-password"
                  error={sentence('again')}
                  {...form.register('again')}
                />
              </>
            }
          />
          <div className={styles.actions}>
            <Button type="submit" look="primary" busy={signIn.isPending}>
              {t('accounts.signIn.submit')}
            </Button>
            <div className={styles.links}>
              <Link className={styles.link} to="/connexion/code-oublie">
                {t('accounts.lost.link')}
              </Link>
              <Link className={styles.link} to="/connexion/sans-identifiant">
                {t('accounts.newResident.link')}
              </Link>
              {!kiosk && (
                <Link className={styles.link} to="/connexion/commune">
                  {t('accounts.town.other')}
                </Link>
              )}
            </div>
          </div>
        </Card>
      </form>
    </Page>
  );
}
