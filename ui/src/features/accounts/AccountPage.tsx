import { AtSign, KeyRound, Laptop, LockKeyhole, Palette, ShieldAlert, UserRound, UsersRound } from 'lucide-react';
import type { ReactNode } from 'react';
import { LinkButton } from '../../components/Button';
import { Loaded } from '../../components/Loaded';
import { Notice } from '../../components/Notice';
import { Page, Section } from '../../components/Page';
import { PageTitle } from '../../components/PageTitle';
import { Row, Rows } from '../../components/Rows';
import { type MessageId, type Text, useText } from '../../lib/i18n';
import { type AccountView, backend, type DetailStateView, type DetailsView, type Preferences } from '../../lib/ipc';
import { useKiosk } from '../../lib/kiosk';
import { usePreferences } from '../../lib/preferences';
import { useSpace, useSpaceQuery } from '../../lib/session';
import { ThisComputer } from './ThisComputer';

const here = '/compte';

const icon = (Icon: typeof KeyRound): ReactNode => <Icon size="1.25rem" aria-hidden="true" />;

/** *Mon compte*: how everything stands, readable offline; each line leads to where it is changed. */
export function AccountPage() {
  const { t } = useText();
  const account = useSpaceQuery(['account'], backend.account);
  return (
    <Page>
      <PageTitle lead={t('account.lead')}>{t('account.title')}</PageTitle>
      <Loaded query={account}>{(view) => <Lines account={view} />}</Loaded>
      <ThisComputer />
    </Page>
  );
}

function Lines({ account }: { account: AccountView }) {
  const { t } = useText();
  const { pin } = useSpace();
  const kiosk = useKiosk();
  const details = useSpaceQuery(['details'], backend.details).data;
  const preferences = usePreferences().data;
  const { identifiant, role, otherAdult, unreadNotices } = account;
  return (
    <>
      {unreadNotices > 0 && (
        <Notice
          tone="attention"
          title={t('account.notices.unread', { count: unreadNotices })}
          actions={<LinkButton to="/compte/avis">{t('account.notices.read')}</LinkButton>}
        >
          {t('account.notices.unreadWords')}
        </Notice>
      )}
      <Section title={t('account.access.title')} id="account-access">
        <Rows>
          <Row
            to="/compte/identifiant"
            icon={icon(UserRound)}
            title={t('accounts.identifiant')}
            value={identifiant}
            action={t('account.row.change')}
          />
          <Row
            to="/compte/code"
            icon={icon(KeyRound)}
            title={t('accounts.personalCode')}
            value={t('account.row.code')}
            action={t('account.row.change')}
          />
          {account.personId !== null && (
            <Row
              to="/coordonnees"
              icon={icon(AtSign)}
              title={t('details.field.email')}
              value={details && <Email details={details} personId={account.personId} />}
              action={t('account.row.change')}
            />
          )}
        </Rows>
      </Section>
      <Section title={t('account.sharing.title')} id="account-sharing">
        <Rows>
          <Row
            to="/compte/ordinateurs"
            icon={icon(Laptop)}
            title={t('account.devices.title')}
            value={t('account.devices.row')}
            action={t('account.row.see')}
          />
          {role !== null && (
            <Row
              to="/compte/co-titulaire"
              icon={icon(UsersRound)}
              title={t(role === 'holder' ? 'account.coHolder.title' : 'account.coHolder.holder')}
              value={otherAdult ?? t('account.coHolder.rowNone')}
              action={t('account.row.see')}
            />
          )}
          <Row
            to="/compte/avis"
            icon={icon(ShieldAlert)}
            title={t('account.notices.title')}
            value={t('account.notices.row')}
            action={t('account.row.see')}
          />
        </Rows>
      </Section>
      <Section title={t('account.here.title')} id="account-here">
        <Rows>
          {kiosk === null && (
            <Row
              to="/compte/verrouillage"
              icon={icon(LockKeyhole)}
              title={t('account.pin.title')}
              value={pin ? t('account.pin.on', { minutes: pin.idleMinutes }) : t('account.pin.none')}
              action={t('account.row.change')}
            />
          )}
          <Row
            to="/preferences"
            icon={icon(Palette)}
            title={t('account.display')}
            value={preferences && display(preferences, t)}
            action={t('account.row.change')}
            from={here}
          />
        </Rows>
      </Section>
    </>
  );
}

/** Where a new e-mail is on its way, once it was sent. */
const emailStates: Partial<Record<DetailStateView['type'], MessageId>> = {
  awaitsConfirmation: 'account.email.toConfirm',
  awaitsTown: 'account.email.awaitsTown',
};

/** One's own e-mail, and the one that is to take its place. */
function Email({ details, personId }: { details: DetailsView; personId: string }) {
  const { t } = useText();
  const current = details.adults.find((adult) => adult.personId === personId)?.email;
  const wanted = details.waiting.find((change) => change.personId === personId && change.field === 'email');
  const email = wanted?.new.type === 'text' ? wanted.new.text : null;
  return (
    <>
      {current ?? t('account.email.none')}
      {wanted && email !== null && (
        <>
          <br />
          {t(emailStates[wanted.state.type] ?? 'account.email.toSend', { email })}
        </>
      )}
    </>
  );
}

const themes: Record<NonNullable<Preferences['theme']>, MessageId> = {
  system: 'account.display.system',
  light: 'account.display.light',
  dark: 'account.display.dark',
};

function display({ language, textSize, theme, spacing }: Preferences, t: Text): string {
  return t('account.display.words', {
    language: t(language === 'fr' ? 'preferences.language.fr' : 'preferences.language.en'),
    size: textSize,
    theme: t(themes[theme]),
    spacing: t(spacing ? 'account.display.wide' : 'account.display.normal'),
  });
}
