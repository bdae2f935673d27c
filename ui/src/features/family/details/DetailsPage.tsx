import { useMutation } from '@tanstack/react-query';
import { ArrowRight } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { useLocation, useNavigate } from 'react-router';
import { Button } from '../../../components/Button';
import { ErrorSummary } from '../../../components/ErrorSummary';
import { FailureNotice } from '../../../components/FailureNotice';
import { Loaded } from '../../../components/Loaded';
import { Notice } from '../../../components/Notice';
import { Actions, Page, Section } from '../../../components/Page';
import { PageTitle } from '../../../components/PageTitle';
import { useText } from '../../../lib/i18n';
import { backend, type DetailsView, type FieldProblemView } from '../../../lib/ipc';
import { useSpaceQuery } from '../../../lib/session';
import { AddressCard } from './AddressCard';
import { AdultCard } from './AdultCard';
import { ChangeList } from './ChangeList';
import { controlId, requestOf, useDetailsDraft } from './draft';
import { Kept } from './Kept';
import { useProblemSentence } from './problems';

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
  const { edits } = useDetailsDraft();
  const [problems, setProblems] = useState<readonly FieldProblemView[]>([]);
  const [attempt, setAttempt] = useState(0);
  const [nothing, setNothing] = useState(false);
  const sentence = useProblemSentence(details, problems);
  const preview = useMutation({
    mutationFn: backend.previewDetails,
    onSuccess: (answer) => {
      setProblems(answer.type === 'toMend' ? answer.problems : []);
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
          <ErrorSummary
            attempt={attempt}
            problems={problems.map(({ field }) => ({ field: controlId(field), sentence: sentence(field) ?? '' }))}
          />
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
