import { useMutation } from '@tanstack/react-query';
import { ArrowRight } from 'lucide-react';
import { type FormEvent, useEffect, useState } from 'react';
import { useLocation, useNavigate } from 'react-router';
import { Button } from '../../../components/Button';
import { ErrorSummary } from '../../../components/ErrorSummary';
import { FailureNotice } from '../../../components/FailureNotice';
import { Loaded } from '../../../components/Loaded';
import { Notice } from '../../../components/Notice';
import { Actions, Page, Section } from '../../../components/Page';
import { PageTitle } from '../../../components/PageTitle';
import { useText } from '../../../lib/i18n';
import { backend, type DetailsView } from '../../../lib/ipc';
import { useSpaceQuery } from '../../../lib/session';
import { AddressCard } from './AddressCard';
import { AdultCard } from './AdultCard';
import { ChangeList } from './ChangeList';
import { requestOf, useDetailsDraft } from './draft';
import { Kept } from './Kept';
import { byOthers, useProblemSentences } from './problems';
import { useMended } from './useMended';

/** *Modifier mes coordonnées*, first step: what is on record, ready to change. */
export function DetailsPage() {
  const { t } = useText();
  const details = useSpaceQuery(['details'], backend.details);
  return (
    <Page>
      <PageTitle lead={t('details.lead')}>{t('details.title')}</PageTitle>
      <Loaded query={details}>{(view) => <DetailsForm details={view} />}</Loaded>
    </Page>
  );
}

function DetailsForm({ details }: { details: DetailsView }) {
  const { t } = useText();
  const navigate = useNavigate();
  const location = useLocation();
  const { edits, problems, tell, mended, clear } = useDetailsDraft();
  // Back from step 2 with something to mend, or not yet tried.
  const [attempt, setAttempt] = useState(location.state === 'mend' ? 1 : 0);
  const [nothing, setNothing] = useState(false);
  const { sentence, summary } = useProblemSentences(details, problems);
  useMended(requestOf(details, edits), problems, mended);
  useLeadTo(location.state?.adult);
  const preview = useMutation({
    mutationFn: backend.previewDetails,
    onSuccess: (answer) => {
      tell(answer.type === 'toMend' ? answer.problems : []);
      setNothing(answer.type === 'nothingChanges');
      setAttempt((count) => count + 1);
      if (answer.type === 'changes') void navigate('/coordonnees/etape-2');
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setNothing(false);
    if (!preview.isPending) preview.mutate(requestOf(details, edits));
  };
  const justKept = location.state === 'kept';
  const cancel = () => {
    clear();
    void navigate('/');
  };

  return (
    <>
      {justKept && <Kept waiting={details.waiting} />}
      {details.waiting.length > 0 && (
        <Section title={t('details.waiting.title')} id="details-waiting">
          <ChangeList changes={details.waiting} />
        </Section>
      )}
      <form onSubmit={submit} noValidate aria-label={t('details.title')}>
        <Page>
          {problems.some(byOthers) && (
            <Notice tone="attention" announce title={t('details.changed.title')}>
              {t('details.changed.words')}
            </Notice>
          )}
          <ErrorSummary attempt={attempt} problems={summary} />
          <AddressCard details={details} problem={sentence} />
          {details.adults.map((adult) => (
            <AdultCard key={adult.personId} adult={adult} details={details} problem={sentence} />
          ))}
          {preview.isError && <FailureNotice failure={preview.error} />}
          {nothing && (
            <Notice tone="information" announce>
              {t('details.nothingChanges')}
            </Notice>
          )}
          <Actions>
            <Button onClick={cancel}>{t('frame.cancel')}</Button>
            <Button type="submit" look="primary" busy={preview.isPending}>
              {t('details.toStep2')}
              <ArrowRight size="1.125rem" aria-hidden="true" />
            </Button>
          </Actions>
        </Page>
      </form>
      {details.settled.length > 0 && (
        <Section title={t('details.settled.title')} id="details-settled">
          <ChangeList changes={details.settled} />
        </Section>
      )}
    </>
  );
}

/** Reached from an adult's page: that adult's part of the form, rather than the top. */
function useLeadTo(personId: string | undefined): void {
  useEffect(() => {
    if (personId === undefined) return;
    const heading = document.getElementById(`details-${personId}`);
    if (!heading) return;
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
    heading.scrollIntoView();
  }, [personId]);
}
