import { LockKeyhole } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { BackLink } from '../../components/BackLink';
import { Button } from '../../components/Button';
import { FailureNotice } from '../../components/FailureNotice';
import { Notice } from '../../components/Notice';
import { Actions, Card, Page } from '../../components/Page';
import { PageTitle } from '../../components/PageTitle';
import { SecretField } from '../../components/SecretField';
import { type MessageId, useText } from '../../lib/i18n';
import { backend } from '../../lib/ipc';
import { useSessionMutation, useSpace } from '../../lib/session';
import styles from './Account.module.css';
import { ChoosePin, Minutes } from './ChoosePin';

const truths: readonly MessageId[] = [
  'account.pin.truth.yes',
  'account.pin.truth.no',
  'account.pin.truth.sync',
  'account.pin.truth.forgotten',
];

/** The PIN that locks this space on this computer, and what it is worth. */
export function PinPage() {
  const { t } = useText();
  const { pin } = useSpace();
  const [done, setDone] = useState<MessageId | null>(null);
  return (
    <Page narrow>
      <PageTitle lead={t('account.pin.lead')}>{t('account.pin.title')}</PageTitle>
      <BackLink to="/compte" />
      {done && (
        <Notice tone="success" announce>
          {t(done)}
        </Notice>
      )}
      {pin && <When minutes={pin.idleMinutes} />}
      <ChoosePin
        key={pin ? 'change' : 'choose'}
        inForce={pin?.idleMinutes ?? null}
        onDone={() => setDone('account.pin.done')}
      />
      {pin && <RemovePin onDone={() => setDone('account.pin.removed')} />}
      <Card title={t('account.pin.truth.title')} id="pin-truth">
        <ul className={styles.truths}>
          {truths.map((truth) => (
            <li key={truth}>{t(truth)}</li>
          ))}
        </ul>
      </Card>
    </Page>
  );
}

function When({ minutes }: { minutes: number }) {
  const { t } = useText();
  const change = useSessionMutation(backend.setIdleMinutes);
  const lock = useSessionMutation(backend.lockNow);
  return (
    <Card title={t('account.pin.when')} id="pin-when">
      {change.isError && <FailureNotice failure={change.error} />}
      {lock.isError && <FailureNotice failure={lock.error} />}
      <Minutes value={minutes} onChange={(next) => change.mutate(next)} />
      <Actions>
        <Button
          icon={<LockKeyhole size="1.125rem" aria-hidden="true" />}
          busy={lock.isPending}
          onClick={() => lock.mutate(undefined)}
        >
          {t('frame.menu.lock')}
        </Button>
      </Actions>
    </Card>
  );
}

function RemovePin({ onDone }: { onDone: () => void }) {
  const { t } = useText();
  const [current, setCurrent] = useState('');
  const [empty, setEmpty] = useState(false);
  const remove = useSessionMutation(backend.removePin, onDone);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setEmpty(current === '');
    if (current === '') document.getElementById('pin-remove')?.focus();
    else if (!remove.isPending) remove.mutate(current);
  };
  return (
    <form onSubmit={submit} noValidate>
      <Card title={t('account.pin.remove')} id="pin-remove-card">
        {remove.isError && <FailureNotice failure={remove.error} />}
        <SecretField
          id="pin-remove"
          label={t('account.pin.current')}
          inputMode="numeric"
          autoComplete="off"
          value={current}
          error={empty ? t('account.pin.currentEmpty') : undefined}
          onChange={(event) => {
            setCurrent(event.target.value);
            setEmpty(false);
          }}
        />
        <Actions>
          <Button type="submit" busy={remove.isPending}>
            {t('account.pin.removeAction')}
          </Button>
        </Actions>
      </Card>
    </form>
  );
}
