import type { ReactNode } from 'react';
import { useText } from '../lib/i18n';
import { Button } from './Button';
import { Dialog } from './Dialog';
import { FailureNotice } from './FailureNotice';
import { Actions } from './Page';

interface ConfirmProps {
  open: boolean;
  title: string;
  /** The words of the button that does it: what it does, never « OK ». */
  action: string;
  /** Nothing is lost that cannot be had again. */
  harmless?: boolean;
  busy: boolean;
  failure: unknown;
  onConfirm: () => void;
  onClose: () => void;
  children: ReactNode;
}

/** A question before something is lost, or ends. */
export function Confirm({ open, title, action, harmless, busy, failure, onConfirm, onClose, children }: ConfirmProps) {
  const { t } = useText();
  return (
    <Dialog open={open} title={title} role="alertdialog" onClose={onClose}>
      {children}
      {Boolean(failure) && <FailureNotice failure={failure} />}
      <Actions>
        <Button onClick={onClose}>{t(harmless ? 'frame.cancel' : 'frame.keep')}</Button>
        <Button look={harmless ? 'primary' : 'danger'} busy={busy} onClick={onConfirm}>
          {action}
        </Button>
      </Actions>
    </Dialog>
  );
}
