import { valibotResolver } from '@hookform/resolvers/valibot';
import { useMutation } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import * as v from 'valibot';
import { BackLink } from '../../components/BackLink';
import { Button } from '../../components/Button';
import { ErrorSummary } from '../../components/ErrorSummary';
import { FailureNotice } from '../../components/FailureNotice';
import { Notice } from '../../components/Notice';
import { Actions, Card, Page, Stack } from '../../components/Page';
import { PageTitle } from '../../components/PageTitle';
import { SecretField } from '../../components/SecretField';
import { TextField } from '../../components/TextField';
import { useProblems } from '../../components/useProblems';
import { useText } from '../../lib/i18n';
import { backend, type StartKioskRequest } from '../../lib/ipc';
import { townNamed } from '../../lib/towns';

/** The shortest and the longest exit code the client takes. */
const exitCodeLengths = [8, 64] as const;

const filled = (sentence: string) => v.pipe(v.string(), v.trim(), v.minLength(1, sentence));

const startForm = v.pipe(
  v.object({
    town: filled('kiosk.start.town.empty'),
    identifiant: filled('accounts.identifiant.empty'),
    code: v.pipe(v.string(), v.minLength(1, 'accounts.code.empty')),
    secondFactor: filled('kiosk.start.secondFactor.empty'),
    exitCode: v.pipe(
      v.string(),
      v.minLength(exitCodeLengths[0], 'kiosk.start.exitCode.short'),
      v.maxLength(exitCodeLengths[1], 'kiosk.start.exitCode.short'),
    ),
    again: v.string(),
  }),
  v.forward(
    v.check(({ exitCode, again }) => exitCode === again, 'kiosk.start.exitCode.differs'),
    ['again'],
  ),
);

const fields = ['town', 'identifiant', 'code', 'secondFactor', 'exitCode', 'again'] as const;

/** An agent makes a kiosk of a municipal computer: who they are, and the code to leave with. */
export function StartKioskPage({ town }: { town: string | null }) {
  const { t } = useText();
  const form = useForm({
    resolver: valibotResolver(startForm),
    defaultValues: { town: town ?? '', identifiant: '', code: '', secondFactor: '', exitCode: '', again: '' },
    criteriaMode: 'all',
    reValidateMode: 'onChange',
    shouldFocusError: false,
  });
  const { sentence, problems } = useProblems(form.formState.errors, fields, 'kiosk');
  const making = useMutation({
    mutationFn: async ({ town: name, ...rest }: Omit<StartKioskRequest, 'slug'> & { town: string }) => {
      const known = townNamed(name, await backend.findTowns(name));
      if (known) await backend.startKiosk({ slug: known.slug, ...rest });
      return known !== undefined;
    },
    onSuccess: (made) => (made ? form.reset() : form.setError('town', { message: 'accounts.town.none' })),
  });
  const submit = form.handleSubmit(({ again: _, ...rest }) => making.mutate(rest));
  return (
    <Page narrow>
      <PageTitle lead={t('kiosk.start.lead')}>{t('kiosk.start.title')}</PageTitle>
      <BackLink />
      {making.data ? (
        <Made />
      ) : (
        <form onSubmit={(event) => void submit(event)} noValidate>
          <Stack>
            <Card title={t('kiosk.start.agent')} id="kiosk-agent">
              <ErrorSummary problems={problems} attempt={form.formState.submitCount} />
              {making.isError && problems.length === 0 && <FailureNotice failure={making.error} />}
              <Stack>
                <TextField
                  id="kiosk-town"
                  label={t('accounts.town.label')}
                  autoComplete="off"
                  error={sentence('town')}
                  {...form.register('town')}
                />
                <TextField
                  id="kiosk-identifiant"
                  label={t('kiosk.start.identifiant')}
                  autoComplete="off"
                  autoCapitalize="none"
                  spellCheck={false}
                  error={sentence('identifiant')}
                  {...form.register('identifiant')}
                />
                <SecretField
                  id="kiosk-code"
                  label={t('kiosk.start.code')}
                  autoComplete="off"
                  error={sentence('code')}
                  {...form.register('code')}
                />
                <TextField
                  id="kiosk-secondFactor"
                  label={t('kiosk.start.secondFactor')}
                  hint={t('kiosk.start.secondFactor.hint')}
                  autoComplete="off"
                  inputMode="text"
                  spellCheck={false}
                  error={sentence('secondFactor')}
                  {...form.register('secondFactor')}
                />
              </Stack>
            </Card>
            <Card title={t('kiosk.start.leaving')} id="kiosk-leaving">
              <Stack>
                <p>{t('kiosk.start.leavingWords')}</p>
                <SecretField
                  id="kiosk-exitCode"
                  label={t('kiosk.exitCode')}
                  hint={t('kiosk.start.exitCode.hint')}
                  autoComplete="off"
                  error={sentence('exitCode')}
                  {...form.register('exitCode')}
                />
                <SecretField
                  id="kiosk-again"
                  label={t('kiosk.start.exitCode.again')}
                  autoComplete="off"
                  error={sentence('again')}
                  {...form.register('again')}
                />
                <Actions>
                  <Button type="submit" look="primary" busy={making.isPending}>
                    {t('kiosk.start.action')}
                  </Button>
                </Actions>
              </Stack>
            </Card>
          </Stack>
        </form>
      )}
    </Page>
  );
}

function Made() {
  const { t } = useText();
  const again = useMutation({ mutationFn: () => backend.restart() });
  return (
    <Notice
      tone="success"
      announce
      title={t('kiosk.start.done')}
      actions={
        <Button look="primary" busy={again.isPending || again.isSuccess} onClick={() => again.mutate()}>
          {t('kiosk.start.restart')}
        </Button>
      }
    >
      {t('kiosk.start.doneWords')}
    </Notice>
  );
}
