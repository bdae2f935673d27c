import { useMutation } from '@tanstack/react-query';
import { CalendarPlus, ChevronLeft, ChevronRight, Printer } from 'lucide-react';
import { useState } from 'react';
import { useParams } from 'react-router';
import { BackLink } from '../../components/BackLink';
import { Button } from '../../components/Button';
import { Choices } from '../../components/Choices';
import { FailureNotice } from '../../components/FailureNotice';
import { Loaded } from '../../components/Loaded';
import { Notice } from '../../components/Notice';
import { Actions, Card, Page } from '../../components/Page';
import { PageTitle } from '../../components/PageTitle';
import { useText } from '../../lib/i18n';
import { type AgendaDayView, type AgendaView, backend } from '../../lib/ipc';
import styles from './Agenda.module.css';
import { AgendaDay } from './AgendaDay';
import { AgendaList, AgendaMonth, AgendaWeek, Legend, rankOf } from './AgendaViews';
import { addDays, addMonths, mondayOf, monthName, shortDay } from './days';
import { useAgenda, useAgendaRanks } from './useReservations';

type Shape = 'month' | 'week' | 'list';

/** A child's agenda of an activity. */
export function AgendaPage() {
  const { t } = useText();
  const { childId = '', activityId = '' } = useParams();
  const agenda = useAgenda(childId, activityId);
  return (
    <Page>
      <BackLink to={`/personnes/${childId}`} />
      <Loaded query={agenda} title={t('reservations.agenda.title')}>
        {(view) => <Agenda agenda={view} />}
      </Loaded>
    </Page>
  );
}

function Agenda({ agenda }: { agenda: AgendaView }) {
  const { t } = useText();
  const [shape, setShape] = useState<Shape>('month');
  const next = agenda.days.find((day) => day.day >= agenda.today)?.day ?? agenda.today;
  const [at, setAt] = useState(next);
  const [chosen, setChosen] = useState<AgendaDayView | null>(null);
  const save = useMutation({ mutationFn: () => backend.saveAgenda(agenda.childId, agenda.activityId) });
  const print = useMutation({ mutationFn: backend.printPage });
  const ranks = useAgendaRanks(agenda);
  return (
    <>
      <PageTitle lead={agenda.activityName}>{t('reservations.agenda.of', { name: agenda.firstName })}</PageTitle>
      <div className={styles.tools}>
        <Choices<Shape>
          legend={t('reservations.agenda.shape')}
          inline
          value={shape}
          choices={[
            { value: 'month', label: t('reservations.agenda.month') },
            { value: 'week', label: t('reservations.agenda.week') },
            { value: 'list', label: t('reservations.agenda.list') },
          ]}
          onChange={setShape}
        />
        {shape !== 'list' && <Steps shape={shape} at={at} go={setAt} />}
      </div>
      <Card>
        {shape === 'month' && <AgendaMonth agenda={agenda} month={at.slice(0, 7)} choose={setChosen} />}
        {shape === 'week' && <AgendaWeek agenda={agenda} monday={mondayOf(at)} choose={setChosen} />}
        {shape === 'list' && <AgendaList agenda={agenda} ranks={ranks} choose={setChosen} />}
        <Legend />
      </Card>
      {save.isSuccess && (
        <Notice tone="success" announce>
          {t('reservations.agenda.saved', { name: save.data.name, folder: save.data.folder })}
        </Notice>
      )}
      {save.isError && <FailureNotice failure={save.error} />}
      {print.isError && <FailureNotice failure={print.error} />}
      <Actions>
        <Button
          icon={<CalendarPlus size="1.125rem" aria-hidden="true" />}
          busy={save.isPending}
          onClick={() => save.mutate()}
        >
          {t('reservations.agenda.save')}
        </Button>
        <Button icon={<Printer size="1.125rem" aria-hidden="true" />} onClick={() => print.mutate()}>
          {t('reservations.print')}
        </Button>
      </Actions>
      {chosen && (
        <AgendaDay agenda={agenda} day={chosen} rank={rankOf(chosen, ranks)} onClose={() => setChosen(null)} />
      )}
    </>
  );
}

/** To the month or the week before, or after. */
function Steps({ shape, at, go }: { shape: 'month' | 'week'; at: string; go: (day: string) => void }) {
  const { t, locale } = useText();
  const step = (by: number) =>
    shape === 'month' ? `${addMonths(at.slice(0, 7), by)}-01` : addDays(mondayOf(at), 7 * by);
  const title =
    shape === 'month'
      ? monthName(at.slice(0, 7), locale)
      : t('reservations.week', { day: shortDay(mondayOf(at), locale) });
  return (
    <div className={styles.steps}>
      <Button label={t('reservations.agenda.before')} onClick={() => go(step(-1))}>
        <ChevronLeft size="1.25rem" aria-hidden="true" />
      </Button>
      <h2 className={styles.month} aria-live="polite">
        {title}
      </h2>
      <Button label={t('reservations.agenda.after')} onClick={() => go(step(1))}>
        <ChevronRight size="1.25rem" aria-hidden="true" />
      </Button>
    </div>
  );
}
