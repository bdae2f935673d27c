import { valibotResolver } from '@hookform/resolvers/valibot';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { Button } from '../../components/Button';
import { Choices } from '../../components/Choices';
import { ErrorSummary } from '../../components/ErrorSummary';
import { FailureNotice } from '../../components/FailureNotice';
import { Actions, Card } from '../../components/Page';
import { SecretField } from '../../components/SecretField';
import { useProblems } from '../../components/useProblems';
import { useText } from '../../lib/i18n';
import { backend } from '../../lib/ipc';
import { useSessionMutation } from '../../lib/session';
import { checking, choosePinForm } from './forms';

/** Minutes without anybody that the client offers. */
const minutesOffered = [1, 5, 15, 30] as const;

export function Minutes({ value, onChange }: { value: number; onChange: (minutes: number) => void }) {
  const { t } = useText();
  return (
    <Choices
      inline
      legend={t('account.pin.minutes')}
      value={value}
      choices={minutesOffered.map((minutes) => ({ value: minutes, label: t('account.pin.minute', { minutes }) }))}
      onChange={onChange}
    />
  );
}

interface ChoosePinProps {
  /** The minutes in force; null: there is no PIN yet, and they are chosen with it. */
  inForce: number | null;
  onDone: () => void;
}

/** A PIN, twice; over another one, that one too. */
export function ChoosePin({ inForce, onDone }: ChoosePinProps) {
  const { t } = useText();
  const hasPin = inForce !== null;
  const [minutes, setMinutes] = useState<number>(inForce ?? 5);
  const form = useForm({
    resolver: valibotResolver(choosePinForm(hasPin)),
    defaultValues: { current: '', pin: '', again: '' },
    ...checking,
  });
  const choose = useSessionMutation(backend.choosePin, () => {
    form.reset();
    onDone();
  });
  const { errors, submitCount } = form.formState;
  const { sentence, problems } = useProblems(errors, ['current', 'pin', 'again'], 'pin');
  const submit = form.handleSubmit(({ current, pin }) => {
    if (choose.isPending) return;
    choose.mutate({ current: hasPin ? current : null, pin, idleMinutes: inForce ?? minutes });
  });
  return (
    <form onSubmit={(event) => void submit(event)} noValidate>
      <Card title={t(hasPin ? 'account.pin.changeTitle' : 'account.pin.choose')} id="pin-card">
        <ErrorSummary problems={problems} attempt={submitCount} toField />
        {choose.isError && problems.length === 0 && <FailureNotice failure={choose.error} />}
        {hasPin && (
          <SecretField
            id="pin-current"
            label={t('account.pin.current')}
            inputMode="numeric"
            autoComplete="off"
            error={sentence('current')}
            {...form.register('current')}
          />
        )}
        <SecretField
          id="pin-pin"
          label={t('account.pin.new')}
          hint={t('account.pin.hint')}
          inputMode="numeric"
          autoComplete="off"
          error={sentence('pin')}
          {...form.register('pin', { onChange: () => errors.again && void form.trigger('again') })}
        />
        <SecretField
          id="pin-again"
          label={t('account.pin.again')}
          inputMode="numeric"
          autoComplete="off"
          error={sentence('again')}
          {...form.register('again')}
        />
        {!hasPin && <Minutes value={minutes} onChange={setMinutes} />}
        <Actions>
          <Button type="submit" look={hasPin ? 'secondary' : 'primary'} busy={choose.isPending}>
            {t(hasPin ? 'account.pin.change' : 'account.pin.submit')}
          </Button>
        </Actions>
      </Card>
    </form>
  );
}
