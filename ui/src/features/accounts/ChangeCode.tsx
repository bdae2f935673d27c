import { valibotResolver } from '@hookform/resolvers/valibot';
import { useForm, useWatch } from 'react-hook-form';
import { Button } from '../../components/Button';
import { ErrorSummary } from '../../components/ErrorSummary';
import { FailureNotice } from '../../components/FailureNotice';
import { Notice } from '../../components/Notice';
import { Actions, Card } from '../../components/Page';
import { SecretField } from '../../components/SecretField';
import { useProblems } from '../../components/useProblems';
import { useText } from '../../lib/i18n';
import { backend } from '../../lib/ipc';
import { useSessionMutation } from '../../lib/session';
import { CodeRules } from './CodeRules';
import { changeCodeForm, checking } from './forms';

export function ChangeCode() {
  const { t } = useText();
  const form = useForm({
    resolver: valibotResolver(changeCodeForm),
    defaultValues: { current: '', code: '', again: '' },
    ...checking,
  });
  const change = useSessionMutation(
    (input: { current: string; code: string }) => backend.changeCode(input.current, input.code),
    () => form.reset(),
  );
  const { errors } = form.formState;
  const { sentence, problems } = useProblems(errors, ['current', 'code', 'again'], 'code');
  const code = useWatch({ control: form.control, name: 'code' });
  const submit = form.handleSubmit((values) => change.mutate(values));
  return (
    <form onSubmit={(event) => void submit(event)} noValidate>
      <Card title={t('accounts.personalCode')} id="code-card">
        <ErrorSummary problems={problems} attempt={form.formState.submitCount} toField />
        {change.isError && problems.length === 0 && <FailureNotice failure={change.error} />}
        {change.isSuccess && (
          <Notice tone="success" announce>
            {t('account.code.done')}
          </Notice>
        )}
        <SecretField
          id="code-current"
          label={t('accounts.currentCode')}
          autoComplete="current-password"
          error={sentence('current')}
          {...form.register('current')}
        />
        <SecretField
          id="code-code"
          label={t('accounts.newCode')}
          autoComplete="new-password"
          error={sentence('code')}
          {...form.register('code', { onChange: () => errors.again && void form.trigger('again') })}
        />
        <CodeRules code={code} refused={Boolean(errors.code)} />
        <SecretField
          id="code-again"
          label={t('accounts.newCode.again')}
          autoComplete="new-password"
          error={sentence('again')}
          {...form.register('again')}
        />
        <Actions>
          <Button type="submit" busy={change.isPending}>
            {t('account.code.submit')}
          </Button>
        </Actions>
      </Card>
    </form>
  );
}
