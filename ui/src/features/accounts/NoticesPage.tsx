import { useMutation, useQueryClient } from '@tanstack/react-query';
import { CircleAlert, Info, TriangleAlert } from 'lucide-react';
import { BackLink } from '../../components/BackLink';
import { Button, LinkButton } from '../../components/Button';
import { FailureNotice } from '../../components/FailureNotice';
import { Loaded } from '../../components/Loaded';
import { Notice } from '../../components/Notice';
import { Page, Section } from '../../components/Page';
import { PageTitle } from '../../components/PageTitle';
import { moment } from '../../lib/dates';
import { nowKnown, readAgain } from '../../lib/freshness';
import { type Text, useText } from '../../lib/i18n';
import { backend, type ContactLineView, type SecurityEventView, type SecurityNoticeView } from '../../lib/ipc';
import { noticeTitle, noticeUrgency } from '../../lib/notices';
import { spaceKey, useSpace, useSpaceQuery } from '../../lib/session';
import styles from './Account.module.css';

/** What happened to the accounts of the family, with what to do; readable and acknowledged offline. */
export function NoticesPage() {
  const { t } = useText();
  const notices = useSpaceQuery(['notices'], backend.securityNotices);
  return (
    <Page narrow>
      <PageTitle lead={t('account.notices.lead')}>{t('account.notices.title')}</PageTitle>
      <BackLink to="/compte" />
      <Loaded query={notices}>{(list) => <Notices notices={list} />}</Loaded>
    </Page>
  );
}

function Notices({ notices }: { notices: readonly SecurityNoticeView[] }) {
  const { t } = useText();
  const unread = notices.filter(({ read }) => !read);
  const read = notices.filter((notice) => notice.read);
  if (notices.length === 0) return <Notice tone="success">{t('account.notices.none')}</Notice>;
  return (
    <>
      {unread.length > 0 && (
        <Section title={t('account.notices.toRead')} id="notices-unread">
          <ul className={styles.items}>
            {unread.map((notice) => (
              <li key={notice.id}>
                <Unread notice={notice} />
              </li>
            ))}
          </ul>
        </Section>
      )}
      {read.length > 0 && (
        <Section title={t('account.notices.old')} id="notices-read">
          <ul className={styles.items}>
            {read.map((notice) => (
              <Read key={notice.id} notice={notice} />
            ))}
          </ul>
        </Section>
      )}
    </>
  );
}

function Unread({ notice }: { notice: SecurityNoticeView }) {
  const { t, locale } = useText();
  const client = useQueryClient();
  const { commune, profile } = useSpace();
  const acknowledge = useMutation({
    mutationFn: () => backend.acknowledgeNotice(notice.id),
    onSuccess: async (notices) => {
      await nowKnown(client, spaceKey(profile.id, 'notices'), notices);
      for (const name of ['account', 'home']) void readAgain(client, spaceKey(profile.id, name));
    },
  });
  const title = noticeTitle(notice.what, t);
  const when = moment(notice.at, locale);
  const urgency = noticeUrgency(notice.what);
  const mine = notice.mine && !isAboutCoHolder(notice.what);
  return (
    <Notice
      tone={urgency}
      title={title}
      actions={
        <>
          {mine && (
            <LinkButton look={urgency === 'danger' ? 'primary' : 'secondary'} to="/compte/code">
              {t('account.notices.changeCode')}
            </LinkButton>
          )}
          {mine && <LinkButton to="/compte/ordinateurs">{t('account.notices.seeDevices')}</LinkButton>}
          <Button
            label={t('account.notices.acknowledgeLabel', { title, when })}
            busy={acknowledge.isPending}
            onClick={() => acknowledge.mutate()}
          >
            {t('account.notices.acknowledge')}
          </Button>
        </>
      }
    >
      <p className={styles.second}>
        {when}
        {notice.personName !== null && ` · ${t('account.notices.whose', { name: notice.personName })}`}
      </p>
      <p>{whatToDo(notice, commune.contact, t)}</p>
      {acknowledge.isError && <FailureNotice failure={acknowledge.error} />}
    </Notice>
  );
}

const icons = { danger: CircleAlert, attention: TriangleAlert, information: Info };

function Read({ notice }: { notice: SecurityNoticeView }) {
  const { t, locale } = useText();
  const { commune } = useSpace();
  const Icon = icons[noticeUrgency(notice.what)];
  return (
    <li className={styles.item}>
      <div className={styles.head}>
        <Icon size="1.25rem" aria-hidden="true" />
        <div className={styles.who}>
          <p className={styles.name}>{noticeTitle(notice.what, t)}</p>
          <p className={styles.second}>
            {moment(notice.at, locale)}
            {notice.personName !== null && ` · ${t('account.notices.whose', { name: notice.personName })}`}
          </p>
        </div>
      </div>
      <p>{whatToDo(notice, commune.contact, t)}</p>
    </li>
  );
}

const isAboutCoHolder = ({ type }: SecurityEventView): boolean => type.startsWith('coHolder');

function whatToDo({ what, mine: own }: SecurityNoticeView, { label, phone }: ContactLineView, t: Text): string {
  const mine = own ? 'yes' : 'no';
  switch (what.type) {
    case 'sessionReused':
      return t('notice.sessionReused.words', { device: what.device, mine, label, phone });
    case 'codeReset':
    case 'codeChanged':
    case 'letterIssued':
    case 'identifiantChanged':
    case 'emailChanged':
      return t('notice.known.words', { mine, label, phone });
    case 'coHolderInvited':
    case 'coHolderJoined':
    case 'coHolderRemoved':
      return t('notice.coHolder.words', { label, phone });
    case 'unknown':
      return t('notice.unknown.words', { label, phone });
  }
}
