import type { ReactNode } from 'react';
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import styles from './Dialog.module.css';

interface DialogProps {
  open: boolean;
  title: string;
  /** `alertdialog` for a question before something is lost. */
  role?: 'dialog' | 'alertdialog';
  /** The id of what is read out with the title, where focus goes past it. */
  describedBy?: string;
  onClose: () => void;
  children: ReactNode;
}

/** A question or a short form over the page; Escape and a press outside close it, and focus returns where it was. */
export function Dialog({ open, title, role = 'dialog', describedBy, onClose, children }: DialogProps) {
  return (
    <ModalOverlay className={styles.overlay} isOpen={open} isDismissable onOpenChange={(next) => !next && onClose()}>
      <Modal className={styles.modal}>
        <AriaDialog className={styles.dialog} role={role} aria-describedby={describedBy}>
          <Heading slot="title" level={2} className={styles.title}>
            {title}
          </Heading>
          {children}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
