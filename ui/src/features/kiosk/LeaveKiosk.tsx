import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Button } from '../../components/Button';
import { Choices } from '../../components/Choices';
import { Dialog } from '../../components/Dialog';
import { FailureNotice } from '../../components/FailureNotice';
import { Notice } from '../../components/Notice';
import { Actions, Stack } from '../../components/Page';
import { SecretField } from '../../components/SecretField';
import { asFailure } from '../../lib/failures';
import { useText } from '../../lib/i18n';
import { backend } from '../../lib/ipc';
import { useKiosk } from '../../lib/kiosk';
import styles from './Kiosk.module.css';

type Leave = Parameters<typeof backend.leaveKiosk>[0];

/** The agents' way out: small, at the bottom, and of no use without the code. */
export function LeaveKiosk() {
  const kiosk = useKiosk();
  const { t } = useText();
  const [open, setOpen] = useState(false);
  if (!kiosk) return null;
  return (
    <>
      <button type="button" className={styles.agents} onClick={() => setOpen(true)}>
        {t('kiosk.leave.open')}
      </button>
      {open && <Leaving onClose={() => setOpen(false)} />}
    </>
  );
}

function Leaving({ onClose }: { onClose: () => void }) {
  const { t } = useText();
  const [how, setHow] = useState<Leave>('thisTime');
  const [code, setCode] = useState('');
  const [empty, setEmpty] = useState(false);
  const leaving = useMutation({ mutationFn: () => backend.leaveKiosk(how, code), onError: () => setCode('') });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setEmpty(code === '');
    if (code === '') document.getElementById('leave-code')?.focus();
    else if (!leaving.isPending) leaving.mutate();
  };
  return (
    <Dialog open title={t('kiosk.leave.title')} onClose={onClose}>
      <form onSubmit={submit} noValidate>
        <Stack>
          {leaving.isError && <WhyNot failure={leaving.error} />}
          <SecretField
            id="leave-code"
            label={t('kiosk.exitCode')}
            hint={t('kiosk.leave.hint')}
            autoComplete="off"
            autoFocus
            error={empty && code === '' ? t('kiosk.exitCode.empty') : undefined}
            value={code}
            onChange={({ target }) => setCode(target.value)}
          />
          <Choices
            legend={t('kiosk.leave.how')}
            value={how}
            choices={[
              { value: 'thisTime', label: t('kiosk.leave.thisTime'), hint: t('kiosk.leave.thisTimeHint') },
              { value: 'forGood', label: t('kiosk.leave.forGood'), hint: t('kiosk.leave.forGoodHint') },
            ]}
            onChange={setHow}
          />
          <Actions>
            <Button onClick={onClose}>{t('frame.cancel')}</Button>
            <Button type="submit" look="primary" busy={leaving.isPending}>
              {t('kiosk.leave.action')}
            </Button>
          </Actions>
        </Stack>
      </form>
    </Dialog>
  );
}

function WhyNot({ failure }: { failure: unknown }) {
  const { t } = useText();
  if (asFailure(failure).code !== 'wrongCode') return <FailureNotice failure={failure} />;
  return (
    <Notice tone="danger" announce>
      {t('kiosk.leave.wrong')}
    </Notice>
  );
}
