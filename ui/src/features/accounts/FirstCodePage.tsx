import { valibotResolver } from '@hookform/resolvers/valibot';
import { useForm, useWatch } from 'react-hook-form';
import { Button } from '../../components/Button';
import { ErrorSummary } from '../../components/ErrorSummary';
import { FailureNotice } from '../../components/FailureNotice';
import { Actions, Card, Page } from '../../components/Page';
import { PageTitle } from '../../components/PageTitle';
import { SecretField } from '../../components/SecretField';
import { useProblems } from '../../components/useProblems';
import { useText } from '../../lib/i18n';
import { backend } from '../../lib/ipc';
import { useSession, useSessionMutation } from '../../lib/session';
import { CloseWindow } from './CloseWindow';
import { CodeRules } from './CodeRules';
import { checking, newCodeForm } from './forms';
import { Losing } from './Losing';

/** After the one-time code of the letter, a code of one's own. */
export function FirstCodePage() {
  const { t } = useText();
  const session = useSession().data;
  const identifiant = session?.type === 'firstCode' ? session.identifiant : '';
  const choose = useSessionMutation(backend.setPersonalCode);
  const form = useForm({
    resolver: valibotResolver(newCodeForm),
    defaultValues: { code: '', again: '' },
    ...checking,
  });
  const { errors } = form.formState;
  const { sentence, problems } = useProblems(errors, ['code', 'again'], 'first');
  const code = useWatch({ control: form.control, name: 'code' });
  const submit = form.handleSubmit((values) => choose.mutate(values.code));
  return (
    <Page narrow>
      <PageTitle lead={t('accounts.firstCode.lead')}>{t('accounts.firstCode.title')}</PageTitle>
      <form onSubmit={(event) => void submit(event)} noValidate>
        <Card>
          <ErrorSummary problems={problems} attempt={form.formState.submitCount} toField />
          {choose.isError && problems.length === 0 && <FailureNotice failure={choose.error} />}
          <input type="text" name="username" autoComplete="username" value={identifiant} readOnly hidden />
          <SecretField
            id="first-code"
            label={t('accounts.newCode')}
            autoComplete="new-password"
            error={sentence('code')}
            {...form.register('code', { onChange: () => errors.again && void form.trigger('again') })}
          />
          <CodeRules code={code} refused={Boolean(errors.code)} />
          <SecretField
            id="first-again"
            label={t('accounts.newCode.again')}
            autoComplete="new-password"
            error={sentence('again')}
            {...form.register('again')}
          />
          <Actions>
            <Button type="submit" look="primary" busy={choose.isPending}>
              {t('accounts.firstCode.submit')}
            </Button>
          </Actions>
        </Card>
      </form>
      {/* A space that only memory holds may wait behind this page; the shell asks where something of it would be lost. */}
      <CloseWindow losing={<Losing pending={0} />} />
    </Page>
  );
}
