import { MapPinHouse } from 'lucide-react';
import type { ReactNode } from 'react';
import { Loaded } from '../../components/Loaded';
import { Page, Section } from '../../components/Page';
import { PageTitle } from '../../components/PageTitle';
import { Tile } from '../../components/Tile';
import tiles from '../../components/Tile.module.css';
import { type Text, useText } from '../../lib/i18n';
import type { HomeView } from '../../lib/ipc';
import { Todo } from './Todo';
import { useHome } from './useHome';

/** The home page; what other capabilities offer for the family is handed in. */
export function HomePage({ family }: { family?: ReactNode }) {
  const { t } = useText();
  const home = useHome();
  return (
    <Page>
      <Loaded query={home} title={t('family.home.title')}>
        {(view) => (
          <>
            <PageTitle window={t('family.home.title')} lead={view.welcome}>
              {t('family.home.hello', { name: view.firstName })}
            </PageTitle>
            <Todo todo={view.todo} />
            <Section title={t('family.home.dashboard')} id="dashboard">
              <ul className={tiles.grid}>
                <li>
                  <Tile
                    to="/coordonnees"
                    icon={<MapPinHouse size="1.375rem" aria-hidden="true" />}
                    title={t('details.title')}
                    fact={detailsFact(view, t)}
                  />
                </li>
              </ul>
            </Section>
            {family && (
              <Section title={t('family.home.family')} id="my-family">
                <ul className={tiles.grid}>{family}</ul>
              </Section>
            )}
          </>
        )}
      </Loaded>
    </Page>
  );
}

function detailsFact({ detailsToSend, detailsWaiting, todo }: HomeView, t: Text): string {
  const toConfirm = todo.filter(({ type }) => type === 'emailToConfirm').length;
  const awaitsTown = detailsWaiting - toConfirm;
  const facts = [
    detailsToSend > 0 ? t('family.tile.toSend', { count: detailsToSend }) : null,
    awaitsTown > 0 ? t('family.tile.waiting', { count: awaitsTown }) : null,
    toConfirm > 0 ? t('family.tile.toConfirm', { count: toConfirm }) : null,
  ].filter(Boolean);
  return facts.length > 0 ? facts.join(' · ') : t('family.tile.upToDate');
}
