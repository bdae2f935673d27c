import { ArrowLeft, LockKeyhole } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { Button } from '../../components/Button';
import { Confirm } from '../../components/Confirm';
import { FailureNotice } from '../../components/FailureNotice';
import { Notice } from '../../components/Notice';
import { Card, Page, Stack } from '../../components/Page';
import { PageTitle } from '../../components/PageTitle';
import { SecretField } from '../../components/SecretField';
import { asFailure } from '../../lib/failures';
import { useText } from '../../lib/i18n';
import { backend, type SessionView } from '../../lib/ipc';
import { useSession, useSessionMutation } from '../../lib/session';
import { useFocusFirst } from '../../lib/useFocusFirst';
import { CloseWindow } from './CloseWindow';
import { Losing } from './Losing';
import { SignBackIn } from './SignBackIn';
import styles from './SignIn.module.css';

type Locked = Extract<SessionView, { type: 'locked' }>;

/** The space is there behind its PIN: the client answers nothing else until it is opened, or left. */
export function LockedPage() {
  const session = useSession().data;
  return session?.type === 'locked' ? <LockedSpace session={session} /> : null;
}

function LockedSpace({ session }: { session: Locked }) {
  const { t } = useText();
  const { profile, commune, triesLeft, pending } = session;
  const [forgotten, setForgotten] = useState(false);
  const byCode = forgotten || triesLeft === 0;
  const who = profile.personName;
  return (
    <Page narrow>
      <PageTitle lead={who === null ? commune.name : t('accounts.locked.lead', { who, commune: commune.name })}>
        {t('accounts.locked.title')}
      </PageTitle>
      {triesLeft === 0 && <Notice tone="attention">{t('accounts.locked.spent')}</Notice>}
      {byCode ? (
        <Card title={t('accounts.locked.byCode')} id="locked-by-code">
          <SignBackIn
            commune={commune}
            known=""
            words={t('accounts.locked.byCodeWords')}
            aside={triesLeft > 0 && <Button onClick={() => setForgotten(false)}>{t('accounts.locked.byPin')}</Button>}
          />
        </Card>
      ) : (
        <ByPin triesLeft={triesLeft} onForgotten={() => setForgotten(true)} />
      )}
      {pending > 0 && <p className={styles.hint}>{t('accounts.locked.pending', { count: pending })}</p>}
      <Leave session={session} />
      <CloseWindow losing={<Losing pending={pending} />} />
    </Page>
  );
}

function ByPin({ triesLeft, onForgotten }: { triesLeft: number; onForgotten: () => void }) {
  const { t } = useText();
  const [pin, setPin] = useState('');
  const [empty, setEmpty] = useState(false);
  const unlock = useSessionMutation(backend.unlock);
  useFocusFirst('locked-pin');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setEmpty(pin === '');
    if (pin === '') document.getElementById('locked-pin')?.focus();
    else if (!unlock.isPending) {
      unlock.mutate(pin, {
        onError: () => {
          setPin('');
          document.getElementById('locked-pin')?.focus();
        },
      });
    }
  };
  const wrong = unlock.isError && asFailure(unlock.error).code === 'wrongPin';
  return (
    <form onSubmit={submit} noValidate>
      <Card>
        <Stack>
          {unlock.isError && <FailureNotice failure={unlock.error} />}
          {wrong && <p role="status">{t('accounts.locked.tries', { count: triesLeft })}</p>}
          <SecretField
            id="locked-pin"
            label={t('accounts.locked.pin')}
            hint={t('accounts.locked.words')}
            inputMode="numeric"
            autoComplete="off"
            value={pin}
            error={empty ? t('accounts.locked.empty') : undefined}
            onChange={(event) => {
              setPin(event.target.value);
              setEmpty(false);
            }}
          />
          <div className={styles.actions}>
            <Button
              type="submit"
              look="primary"
              icon={<LockKeyhole size="1.125rem" aria-hidden="true" />}
              busy={unlock.isPending}
            >
              {t('accounts.locked.submit')}
            </Button>
            <div className={styles.links}>
              <button type="button" className={styles.textButton} onClick={onForgotten}>
                {t('accounts.locked.forgotten')}
              </button>
            </div>
          </div>
        </Stack>
      </Card>
    </form>
  );
}

/** Back to the spaces of this computer: somebody else may want theirs. */
function Leave({ session: { profile, pending } }: { session: Locked }) {
  const { t } = useText();
  const [asked, setAsked] = useState(false);
  const leave = useSessionMutation(backend.closeProfile);
  const inMemory = profile.protection === 'memoryOnly';
  // Where leaving would lose what waits, the client refuses, and says what to do instead.
  const asks = inMemory && pending === 0;
  return (
    <>
      {leave.isError && !asked && <FailureNotice failure={leave.error} />}
      <div>
        <Button
          look="quiet"
          icon={<ArrowLeft size="1.125rem" aria-hidden="true" />}
          busy={leave.isPending}
          onClick={() => (asks ? setAsked(true) : leave.mutate(undefined))}
        >
          {t(inMemory ? 'accounts.locked.leave' : 'accounts.profiles.back')}
        </Button>
      </div>
      <Confirm
        open={asked}
        title={t('accounts.close.title')}
        action={t('accounts.close.action')}
        busy={leave.isPending}
        failure={leave.error}
        onConfirm={() => leave.mutate(undefined)}
        onClose={() => {
          leave.reset();
          setAsked(false);
        }}
      >
        <Losing pending={pending} />
      </Confirm>
    </>
  );
}
