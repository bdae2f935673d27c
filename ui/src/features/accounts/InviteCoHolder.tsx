import { valibotResolver } from '@hookform/resolvers/valibot';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import { Button } from '../../components/Button';
import { ErrorSummary } from '../../components/ErrorSummary';
import { FailureNotice } from '../../components/FailureNotice';
import { Actions, Card } from '../../components/Page';
import { SecretField } from '../../components/SecretField';
import { TextField } from '../../components/TextField';
import { useProblems } from '../../components/useProblems';
import { nowKnown } from '../../lib/freshness';
import { useText } from '../../lib/i18n';
import { backend } from '../../lib/ipc';
import { spaceKey, useSpace } from '../../lib/session';
import { checking, inviteForm } from './forms';

interface InviteCoHolderProps {
  /** Over an invitation under way, which it replaces. */
  again: boolean;
  first?: { firstName: string; lastName: string; email: string };
  onDone: () => void;
}

/** Name, e-mail, and the holder's code: whoever is invited sees everything. */
export function InviteCoHolder({ again, first, onDone }: InviteCoHolderProps) {
  const { t } = useText();
  const client = useQueryClient();
  const { profile } = useSpace();
  const invite = useMutation({
    mutationFn: backend.inviteCoHolder,
    onSuccess: async (view) => {
      await nowKnown(client, spaceKey(profile.id, 'coHolder'), view);
      onDone();
    },
  });
  const form = useForm({
    resolver: valibotResolver(inviteForm),
    defaultValues: {
      firstName: first?.firstName ?? '',
      lastName: first?.lastName ?? '',
      email: first?.email ?? '',
      code: '',
    },
    ...checking,
  });
  const { errors, submitCount } = form.formState;
  const { sentence, problems } = useProblems(errors, ['firstName', 'lastName', 'email', 'code'], 'invite');
  const submit = form.handleSubmit((values) => {
    if (!invite.isPending) invite.mutate(values);
  });
  return (
    <form onSubmit={(event) => void submit(event)} noValidate>
      <Card title={t(again ? 'account.coHolder.inviteAgain' : 'account.coHolder.inviteTitle')} id="invite-card">
        <p>{t('account.coHolder.inviteWords')}</p>
        {again && <p>{t('account.coHolder.inviteAgainWords')}</p>}
        <ErrorSummary problems={problems} attempt={submitCount} />
        {invite.isError && problems.length === 0 && <FailureNotice failure={invite.error} />}
        <TextField
          id="invite-firstName"
          label={t('account.coHolder.firstName')}
          autoComplete="off"
          error={sentence('firstName')}
          {...form.register('firstName')}
        />
        <TextField
          id="invite-lastName"
          label={t('account.coHolder.lastName')}
          autoComplete="off"
          error={sentence('lastName')}
          {...form.register('lastName')}
        />
        <TextField
          id="invite-email"
          type="email"
          label={t('account.coHolder.email')}
          autoComplete="off"
          error={sentence('email')}
          {...form.register('email')}
        />
        <SecretField
          id="invite-code"
          label={t('account.coHolder.code')}
          autoComplete="current-password"
          error={sentence('code')}
          {...form.register('code')}
        />
        <Actions>
          <Button type="submit" look="primary" busy={invite.isPending}>
            {t('account.coHolder.invite')}
          </Button>
        </Actions>
      </Card>
    </form>
  );
}
