import { useContext } from 'react';
import { BackLink } from '../../components/BackLink';
import { LinkButton } from '../../components/Button';
import { Choices } from '../../components/Choices';
import { FailureNotice } from '../../components/FailureNotice';
import { Loaded } from '../../components/Loaded';
import { Card, Page } from '../../components/Page';
import { PageTitle } from '../../components/PageTitle';
import { useText } from '../../lib/i18n';
import type { Preferences } from '../../lib/ipc';
import { useKiosk } from '../../lib/kiosk';
import { usePreferences, useSetPreferences } from '../../lib/preferences';
import { SpaceContext } from '../../lib/session';

const sizes = [100, 125, 150, 175, 200];

/** Choices of the person at this computer; each one shows at once. */
export function PreferencesPage() {
  const { t } = useText();
  const space = useContext(SpaceContext);
  const kiosk = useKiosk();
  return (
    <Page narrow={space === null}>
      <PageTitle lead={t('preferences.lead')}>{t('preferences.title')}</PageTitle>
      <BackLink />
      <Loaded query={usePreferences()}>{(preferences) => <Choosing preferences={preferences} />}</Loaded>
      {space === null && !kiosk && (
        <div>
          <LinkButton look="quiet" to="/borne" state={{ from: '/preferences' }}>
            {t('kiosk.start.link')}
          </LinkButton>
        </div>
      )}
    </Page>
  );
}

function Choosing({ preferences }: { preferences: Preferences }) {
  const { t } = useText();
  const keep = useSetPreferences();
  const choose = (changed: Partial<Preferences>) => keep.mutate({ ...preferences, ...changed });
  return (
    <>
      {keep.isError && <FailureNotice failure={keep.error} />}
      <Card title={t('preferences.reading')} id="preferences-reading">
        <Choices
          inline
          legend={t('preferences.textSize')}
          value={preferences.textSize}
          choices={[...new Set([...sizes, preferences.textSize])]
            .sort((a, b) => a - b)
            .map((size) => ({ value: size, label: t('preferences.percent', { size }) }))}
          onChange={(textSize) => choose({ textSize })}
        />
        <Choices
          inline
          legend={t('preferences.spacing')}
          value={preferences.spacing ? 'wide' : 'normal'}
          choices={[
            { value: 'normal', label: t('preferences.spacing.normal') },
            { value: 'wide', label: t('preferences.spacing.wide') },
          ]}
          onChange={(spacing) => choose({ spacing: spacing === 'wide' })}
        />
        <Choices
          legend={t('preferences.typeface')}
          value={preferences.typeface}
          choices={[
            { value: 'figtree', label: t('preferences.typeface.figtree') },
            {
              value: 'hyperlegible',
              label: t('preferences.typeface.hyperlegible'),
              hint: t('preferences.typeface.hyperlegibleHint'),
            },
          ]}
          onChange={(typeface) => choose({ typeface })}
        />
      </Card>
      <Card title={t('preferences.look')} id="preferences-look">
        <Choices
          inline
          legend={t('preferences.theme')}
          value={preferences.theme}
          choices={[
            { value: 'system', label: t('preferences.theme.system') },
            { value: 'light', label: t('preferences.theme.light') },
            { value: 'dark', label: t('preferences.theme.dark') },
          ]}
          onChange={(theme) => choose({ theme })}
        />
        <Choices
          inline
          legend={t('preferences.language')}
          value={preferences.language}
          choices={[
            { value: 'fr', label: t('preferences.language.fr') },
            { value: 'en', label: t('preferences.language.en') },
          ]}
          onChange={(language) => choose({ language })}
        />
      </Card>
    </>
  );
}
