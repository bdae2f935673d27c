import { useMutation, useQuery } from '@tanstack/react-query';
import { ArrowLeft } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Navigate, useNavigate } from 'react-router';
import { Button, LinkButton } from '../../../components/Button';
import { FailureNotice } from '../../../components/FailureNotice';
import { Loaded } from '../../../components/Loaded';
import { Notice } from '../../../components/Notice';
import { Actions, Page } from '../../../components/Page';
import { PageTitle } from '../../../components/PageTitle';
import { useText } from '../../../lib/i18n';
import {
  backend,
  type ChangeDetailsRequest,
  type DetailChangeView,
  type DetailsView,
  type FieldProblemView,
} from '../../../lib/ipc';
import { spaceKey, useSpace, useSpaceQuery } from '../../../lib/session';
import { ChangeList } from './ChangeList';
import { requestOf, useDetailsDraft } from './draft';

/** *Modifier mes coordonnées*, step 2: old → new, before anything is sent. */
export function ReviewPage() {
  const { t } = useText();
  const details = useSpaceQuery(['details'], backend.details);
  return (
    <Page>
      <PageTitle window={t('details.review.window')} lead={t('details.review.lead')}>
        {t('details.review.title')}
      </PageTitle>
      <Loaded query={details}>{(view) => <Preview details={view} />}</Loaded>
    </Page>
  );
}

function Preview({ details }: { details: DetailsView }) {
  const { profile } = useSpace();
  const { edits } = useDetailsDraft();
  // As it was when the page opened: what the events of validation change must not ask the question again.
  const [request] = useState(() => requestOf(details, edits));
  const preview = useQuery({
    queryKey: [...spaceKey(profile.id, 'preview'), request],
    queryFn: () => backend.previewDetails(request),
    gcTime: 0,
  });
  return (
    <Loaded query={preview}>
      {(answer) =>
        answer.type === 'changes' ? (
          <Review request={request} changes={answer.changes} />
        ) : (
          <BackToMend problems={answer.type === 'toMend' ? answer.problems : []} />
        )
      }
    </Loaded>
  );
}

/** Reached by its address, or the record changed meanwhile: the first step says what there is to mend. */
function BackToMend({ problems }: { problems: readonly FieldProblemView[] }) {
  const { tell } = useDetailsDraft();
  // biome-ignore lint/correctness/useExhaustiveDependencies: told once, on the way back.
  useEffect(() => {
    if (problems.length > 0) tell(problems);
  }, []);
  return <Navigate to="/coordonnees" replace state={problems.length > 0 ? 'mend' : null} />;
}

function Review({ request, changes }: { request: ChangeDetailsRequest; changes: readonly DetailChangeView[] }) {
  const { t } = useText();
  const navigate = useNavigate();
  const { clear, tell } = useDetailsDraft();
  const validate = useMutation({
    mutationFn: () => backend.changeDetails(request),
    onSuccess: (answer) => {
      if (answer.type === 'toMend') {
        tell(answer.problems);
        void navigate('/coordonnees', { replace: true, state: 'mend' });
        return;
      }
      void navigate('/coordonnees', { replace: true, state: answer.type === 'changes' ? 'kept' : null });
      clear();
    },
  });
  return (
    <>
      <Notice tone="attention">{t('details.review.nothingSent')}</Notice>
      <ChangeList changes={changes} forecast />
      {validate.isError && <FailureNotice failure={validate.error} />}
      <Actions>
        <LinkButton to="/coordonnees" icon={<ArrowLeft size="1.125rem" aria-hidden="true" />}>
          {t('details.review.back')}
        </LinkButton>
        <Button look="primary" busy={validate.isPending} onClick={() => validate.mutate()}>
          {t('details.review.validate')}
        </Button>
      </Actions>
    </>
  );
}
