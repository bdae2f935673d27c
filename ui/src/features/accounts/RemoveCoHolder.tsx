import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import { Button } from '../../components/Button';
import { Dialog } from '../../components/Dialog';
import { FailureNotice } from '../../components/FailureNotice';
import { Actions, Stack } from '../../components/Page';
import { SecretField } from '../../components/SecretField';
import { nowKnown } from '../../lib/freshness';
import { useText } from '../../lib/i18n';
import { backend } from '../../lib/ipc';
import { spaceKey, useSpace } from '../../lib/session';

interface RemoveCoHolderProps {
  /** The words of the button that asks, and of the one that does it. */
  open: string;
  title: string;
  onDone: () => void;
  /** What it means. */
  children: ReactNode;
}

/** Removes the co-holder or calls the invitation off, after saying what it means, by the holder's code. */
export function RemoveCoHolder({ open, title, onDone, children }: RemoveCoHolderProps) {
  const { t } = useText();
  const client = useQueryClient();
  const { profile } = useSpace();
  const [asked, setAsked] = useState(false);
  const [code, setCode] = useState('');
  const [empty, setEmpty] = useState(false);
  const remove = useMutation({
    mutationFn: backend.removeCoHolder,
    onSuccess: async (view) => {
      await nowKnown(client, spaceKey(profile.id, 'coHolder'), view);
      close();
      onDone();
    },
  });
  const close = () => {
    remove.reset();
    setCode('');
    setEmpty(false);
    setAsked(false);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setEmpty(code === '');
    if (code !== '' && !remove.isPending) remove.mutate(code);
  };
  return (
    <>
      <Button onClick={() => setAsked(true)}>{open}</Button>
      <Dialog open={asked} title={title} role="alertdialog" onClose={close}>
        <form onSubmit={submit} noValidate>
          <Stack>
            {children}
            {remove.isError && <FailureNotice failure={remove.error} />}
            <SecretField
              id="remove-code"
              label={t('account.coHolder.code')}
              autoComplete="current-password"
              value={code}
              error={empty ? t('account.coHolder.codeEmpty') : undefined}
              onChange={(event) => {
                setCode(event.target.value);
                setEmpty(false);
              }}
            />
            <Actions>
              <Button onClick={close}>{t('frame.keep')}</Button>
              <Button type="submit" look="danger" busy={remove.isPending}>
                {open}
              </Button>
            </Actions>
          </Stack>
        </form>
      </Dialog>
    </>
  );
}
