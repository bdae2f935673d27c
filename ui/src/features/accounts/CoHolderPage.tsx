import { useState } from 'react';
import { BackLink } from '../../components/BackLink';
import { Button } from '../../components/Button';
import { Loaded } from '../../components/Loaded';
import { Notice } from '../../components/Notice';
import { Actions, Card, Page } from '../../components/Page';
import { PageTitle } from '../../components/PageTitle';
import { moment } from '../../lib/dates';
import { asFailure } from '../../lib/failures';
import { type MessageId, useText } from '../../lib/i18n';
import { type AccountView, backend, type CoHolderView } from '../../lib/ipc';
import { useSpace, useSpaceQuery } from '../../lib/session';
import { InviteCoHolder } from './InviteCoHolder';
import { Online } from './Online';
import { RemoveCoHolder } from './RemoveCoHolder';

/** The second adult of the family: the holder invites and removes them, they read whose home it is. */
export function CoHolderPage() {
  const { t } = useText();
  const account = useSpaceQuery(['account'], backend.account);
  const isHolder = account.data?.role !== 'coHolder';
  return (
    <Page narrow>
      <PageTitle lead={isHolder ? t('account.coHolder.lead') : undefined}>
        {t(isHolder ? 'account.coHolder.title' : 'account.coHolder.holder')}
      </PageTitle>
      <BackLink to="/compte" />
      <Loaded query={account}>
        {(view) => (view.role === 'coHolder' ? <Mine account={view} /> : <Holders account={view} />)}
      </Loaded>
    </Page>
  );
}

function Mine({ account: { otherAdult } }: { account: AccountView }) {
  const { t } = useText();
  return (
    <Card>
      <p>
        {otherAdult === null ? t('account.coHolder.mineUnnamed') : t('account.coHolder.mine', { name: otherAdult })}
      </p>
    </Card>
  );
}

function Holders({ account: { otherAdult } }: { account: AccountView }) {
  const { t } = useText();
  const [done, setDone] = useState<MessageId | null>(null);
  const coHolder = useSpaceQuery(['coHolder'], backend.coHolder);
  const known = otherAdult === null ? null : t('account.coHolder.active', { name: otherAdult });
  if (coHolder.isError && asFailure(coHolder.error).code === 'forbidden') return <ByTown known={known} />;
  return (
    <>
      {done && (
        <Notice tone="success" announce>
          {t(done)}
        </Notice>
      )}
      <Online query={coHolder} meanwhile={known && <Card>{known}</Card>}>
        {(view) => <State view={view} onDone={setDone} />}
      </Online>
    </>
  );
}

/** The town keeps co-holders to itself: it is answered with whom to call. */
function ByTown({ known }: { known: string | null }) {
  const { t } = useText();
  const { label, phone } = useSpace().commune.contact;
  return (
    <>
      {known && <Card>{known}</Card>}
      <Notice tone="information" title={t('account.coHolder.byTown')}>
        {t('account.coHolder.byTownWords', { label, phone })}
      </Notice>
    </>
  );
}

function State({ view, onDone }: { view: CoHolderView; onDone: (done: MessageId) => void }) {
  const { t } = useText();
  switch (view.type) {
    case 'none':
      return <InviteCoHolder again={false} onDone={() => onDone('account.coHolder.invitedDone')} />;
    case 'invited':
      return <Invited view={view} onDone={onDone} />;
    case 'active':
      return (
        <Card>
          <p>
            {view.name === null
              ? t('account.coHolder.activeUnnamed')
              : t('account.coHolder.active', { name: view.name })}
          </p>
          <Actions>
            <RemoveCoHolder
              open={t('account.coHolder.remove')}
              title={
                view.name === null
                  ? t('account.coHolder.removeTitleUnnamed')
                  : t('account.coHolder.removeTitle', { name: view.name })
              }
              onDone={() => onDone('account.coHolder.removed')}
            >
              <p>
                <strong>{t('account.coHolder.removeLoses')}</strong>
              </p>
              <p>{t('account.coHolder.removeKeeps')}</p>
            </RemoveCoHolder>
          </Actions>
        </Card>
      );
  }
}

type InvitedView = Extract<CoHolderView, { type: 'invited' }>;

function Invited({ view, onDone }: { view: InvitedView; onDone: (done: MessageId) => void }) {
  const { t, locale } = useText();
  const [again, setAgain] = useState(false);
  const name = `${view.firstName} ${view.lastName}`;
  const until = moment(view.expiresAt, locale);
  return (
    <>
      <Card title={t('account.coHolder.invited', { name })} id="co-holder-invited">
        {view.undelivered ? (
          <Notice tone="attention" title={t('account.coHolder.undelivered', { email: view.email })}>
            {t('account.coHolder.undeliveredWords')}
          </Notice>
        ) : (
          <p>{t('account.coHolder.invitedWords', { email: view.email, until })}</p>
        )}
        <Actions>
          {!again && <Button onClick={() => setAgain(true)}>{t('account.coHolder.inviteAgain')}</Button>}
          <RemoveCoHolder
            open={t('account.coHolder.callOff')}
            title={t('account.coHolder.callOffTitle', { name })}
            onDone={() => onDone('account.coHolder.calledOff')}
          >
            <p>{t('account.coHolder.callOffWords')}</p>
          </RemoveCoHolder>
        </Actions>
      </Card>
      {again && (
        <InviteCoHolder
          again
          first={view}
          onDone={() => {
            setAgain(false);
            onDone('account.coHolder.invitedDone');
          }}
        />
      )}
    </>
  );
}
