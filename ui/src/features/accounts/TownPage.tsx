import { keepPreviousData, queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { ArrowLeft, QrCode } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { useNavigate } from 'react-router';
import { Button, LinkButton } from '../../components/Button';
import { FailureNotice } from '../../components/FailureNotice';
import { Actions, Card, Page } from '../../components/Page';
import { PageTitle } from '../../components/PageTitle';
import { Suggest } from '../../components/Suggest';
import { useText } from '../../lib/i18n';
import { backend, type TownView } from '../../lib/ipc';
import { useSession } from '../../lib/session';
import { townNamed } from '../../lib/towns';
import { useFocusFirst } from '../../lib/useFocusFirst';
import { Invitation } from './Invitation';
import { useSignInFlow } from './signInFlow';

const none: TownView[] = [];

const townsNamed = (text: string) =>
  queryOptions({ queryKey: ['towns', text], queryFn: () => backend.findTowns(text), enabled: text !== '' });

/** First step of sign-in: which town. By its name or by the letter's QR code; never an address to remember. */
export function TownPage() {
  const { t } = useText();
  const session = useSession().data;
  const hasProfiles = session?.type === 'signedOut' && session.profiles.length > 0;
  const { letter } = useSignInFlow().flow;
  const [byHand, setByHand] = useState(false);
  const byLetter = byHand || letter !== undefined;
  return (
    <Page narrow>
      <PageTitle lead={t('accounts.town.lead')}>{t('accounts.town.title')}</PageTitle>
      {byLetter ? (
        <Invitation key={letter} onBack={() => setByHand(false)} />
      ) : (
        <TownSearch onLetter={() => setByHand(true)} />
      )}
      {hasProfiles && (
        <div>
          <LinkButton look="quiet" to="/connexion" icon={<ArrowLeft size="1.125rem" aria-hidden="true" />}>
            {t('accounts.profiles.back')}
          </LinkButton>
        </div>
      )}
    </Page>
  );
}

function TownSearch({ onLetter }: { onLetter: () => void }) {
  const { t } = useText();
  const navigate = useNavigate();
  const client = useQueryClient();
  const { setFlow } = useSignInFlow();
  const [typed, setTyped] = useState('');
  const [missing, setMissing] = useState(false);
  const text = typed.trim();
  const search = useQuery({ ...townsNamed(text), placeholderData: keepPreviousData });
  const towns = text === '' ? none : (search.data ?? none);
  const unknown = text !== '' && search.isSuccess && !search.isPlaceholderData && towns.length === 0;
  useFocusFirst('town');
  const connect = useMutation({
    mutationFn: backend.connectTown,
    onSuccess: (commune) => {
      setFlow({ commune });
      void navigate('/connexion/espace');
    },
  });

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    // Whoever types faster than the search is answered all the same.
    const found = text === '' ? none : await client.ensureQueryData(townsNamed(text)).catch(() => none);
    const town = townNamed(text, found);
    setMissing(!town);
    if (town) connect.mutate(town.slug);
    else document.getElementById('town')?.focus();
  };

  return (
    <form onSubmit={(event) => void submit(event)} noValidate>
      <Card>
        {connect.isError && <FailureNotice failure={connect.error} />}
        {search.isError && <FailureNotice failure={search.error} />}
        <Suggest
          id="town"
          label={t('accounts.town.label')}
          hint={t('accounts.town.hint')}
          error={missing ? t(unknown ? 'accounts.town.none' : 'accounts.town.missing') : undefined}
          value={typed}
          suggestions={towns.map(({ slug, name, postcode }) => ({ id: slug, text: name, detail: postcode }))}
          status={unknown ? t('accounts.town.none') : undefined}
          takeOnly
          onChange={(next) => {
            setTyped(next);
            setMissing(false);
          }}
          onPick={(slug) => {
            setTyped(towns.find((town) => town.slug === slug)?.name ?? typed);
            connect.mutate(slug);
          }}
        />
        <Actions>
          <Button icon={<QrCode size="1.125rem" aria-hidden="true" />} onClick={onLetter}>
            {t('accounts.letter.open')}
          </Button>
          <Button type="submit" look="primary" busy={connect.isPending}>
            {t('accounts.town.continue')}
          </Button>
        </Actions>
      </Card>
    </form>
  );
}
