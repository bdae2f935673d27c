import { valibotResolver } from '@hookform/resolvers/valibot';
import { useQueryClient } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import { Button } from '../../components/Button';
import { ErrorSummary } from '../../components/ErrorSummary';
import { FailureNotice } from '../../components/FailureNotice';
import { Notice } from '../../components/Notice';
import { Actions, Card } from '../../components/Page';
import { SecretField } from '../../components/SecretField';
import { TextField } from '../../components/TextField';
import { useProblems } from '../../components/useProblems';
import { readAgain } from '../../lib/freshness';
import { useText } from '../../lib/i18n';
import { backend } from '../../lib/ipc';
import { spaceKey, useSessionMutation, useSpace } from '../../lib/session';
import { changeIdentifiantForm, checking } from './forms';

export function ChangeIdentifiant({ current }: { current: string }) {
  const { t } = useText();
  const client = useQueryClient();
  const { profile } = useSpace();
  const form = useForm({
    resolver: valibotResolver(changeIdentifiantForm),
    defaultValues: { identifiant: '', code: '' },
    ...checking,
  });
  const change = useSessionMutation(
    (input: { code: string; identifiant: string }) => backend.changeIdentifiant(input.code, input.identifiant),
    () => {
      form.reset();
      void readAgain(client, spaceKey(profile.id, 'account'));
    },
  );
  const { sentence, problems } = useProblems(form.formState.errors, ['identifiant', 'code'], 'identifiant');
  const submit = form.handleSubmit((values) => change.mutate(values));
  return (
    <form onSubmit={(event) => void submit(event)} noValidate>
      <Card title={t('accounts.identifiant')} id="identifiant-card">
        <p>
          {t('account.identifiant.current')} <strong>{current}</strong>
        </p>
        <ErrorSummary problems={problems} attempt={form.formState.submitCount} />
        {change.isError && problems.length === 0 && <FailureNotice failure={change.error} />}
        {change.isSuccess && (
          <Notice tone="success" announce>
            {t('account.identifiant.done')}
          </Notice>
        )}
        <TextField
          id="identifiant-identifiant"
          label={t('account.identifiant.new')}
          hint={t('account.identifiant.hint')}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          error={sentence('identifiant')}
          {...form.register('identifiant')}
        />
        <SecretField
          id="identifiant-code"
          label={t('accounts.currentCode')}
          autoComplete="current-password"
          error={sentence('code')}
          {...form.register('code')}
        />
        <Actions>
          <Button type="submit" busy={change.isPending}>
            {t('account.identifiant.submit')}
          </Button>
        </Actions>
      </Card>
    </form>
  );
}
