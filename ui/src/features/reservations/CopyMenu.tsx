import { type ReactNode, useState } from 'react';
import { Button } from '../../components/Button';
import { Dialog } from '../../components/Dialog';
import { Stack } from '../../components/Page';
import { useText } from '../../lib/i18n';
import type { GridChildView, GridView, TickRequest } from '../../lib/ipc';
import { shortDay } from './days';

interface CopyMenuProps {
  grid: GridView;
  /** The child that is shown; with several, the first. */
  from: GridChildView | undefined;
  act: (request: TickRequest) => void;
  children: ReactNode;
}

/** « Copier sur… »: a week on the others, or a child's days on a sibling's. */
export function CopyMenu({ grid, from, act, children }: CopyMenuProps) {
  const { t, locale } = useText();
  const [open, setOpen] = useState(false);
  const child = from ?? grid.children[0];
  const weeks = [...new Set(grid.days.map((day) => day.week))];
  const siblings = grid.children.filter((one) => one.childId !== child?.childId);
  const choose = (request: TickRequest) => {
    act(request);
    setOpen(false);
  };
  if (!child) return null;
  return (
    <>
      <Button onClick={() => setOpen(true)}>{children}</Button>
      <Dialog
        open={open}
        title={t('reservations.copy.title', { name: child.firstName })}
        onClose={() => setOpen(false)}
      >
        <Stack>
          {weeks.length > 1 &&
            weeks.map((week) => (
              <Button key={week} onClick={() => choose({ type: 'repeatWeek', childId: child.childId, week })}>
                {t('reservations.copy.week', { day: shortDay(week, locale) })}
              </Button>
            ))}
          {siblings.map((sibling) => (
            <Button
              key={sibling.childId}
              onClick={() => choose({ type: 'copyTo', childId: child.childId, to: sibling.childId })}
            >
              {t('reservations.copy.sibling', { from: child.firstName, to: sibling.firstName })}
            </Button>
          ))}
          <Button look="quiet" onClick={() => setOpen(false)}>
            {t('frame.cancel')}
          </Button>
        </Stack>
      </Dialog>
    </>
  );
}
