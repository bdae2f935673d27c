import { type ComponentType, lazy } from 'react';
import { type RouteObject, useRoutes } from 'react-router';
import { HomePage } from '../features/family/HomePage';
import { ReservationsTile } from '../features/reservations/ReservationsTile';
import { Gate } from './Gate';
import { Entrance, StartKiosk } from './KioskEntrance';
import { NotFoundPage } from './NotFoundPage';
import { Root } from './Root';

/** A page that is read when somebody goes there: the first picture, which is mostly the home page, does not wait for it. */
function later<K extends string>(read: () => Promise<Record<K, ComponentType>>, name: K) {
  return lazy(async () => ({ default: (await read())[name] }));
}

const AccessibilityPage = later(() => import('../features/about/AccessibilityPage'), 'AccessibilityPage');
const AccountPage = later(() => import('../features/accounts/AccountPage'), 'AccountPage');
const CodePage = later(() => import('../features/accounts/CodePage'), 'CodePage');
const CoHolderPage = later(() => import('../features/accounts/CoHolderPage'), 'CoHolderPage');
const DevicesPage = later(() => import('../features/accounts/DevicesPage'), 'DevicesPage');
const FirstCodePage = later(() => import('../features/accounts/FirstCodePage'), 'FirstCodePage');
const IdentifiantPage = later(() => import('../features/accounts/IdentifiantPage'), 'IdentifiantPage');
const LockedPage = later(() => import('../features/accounts/LockedPage'), 'LockedPage');
const LostCodePage = later(() => import('../features/accounts/LostCodePage'), 'LostCodePage');
const NewResidentPage = later(() => import('../features/accounts/NewResidentPage'), 'NewResidentPage');
const NoticesPage = later(() => import('../features/accounts/NoticesPage'), 'NoticesPage');
const PinPage = later(() => import('../features/accounts/PinPage'), 'PinPage');
const ProfilesPage = later(() => import('../features/accounts/ProfilesPage'), 'ProfilesPage');
const SignInPage = later(() => import('../features/accounts/SignInPage'), 'SignInPage');
const TownPage = later(() => import('../features/accounts/TownPage'), 'TownPage');
const DetailsPage = later(() => import('../features/family/details/DetailsPage'), 'DetailsPage');
const ReviewPage = later(() => import('../features/family/details/ReviewPage'), 'ReviewPage');
const PersonPage = later(() => import('./PersonPlace'), 'PersonPlace');
const PreferencesPage = later(() => import('../features/preferences/PreferencesPage'), 'PreferencesPage');
const AgendaPage = later(() => import('../features/reservations/AgendaPage'), 'AgendaPage');
const grid = () => import('../features/reservations/GridPage');
const GridPage = later(grid, 'GridPage');
const ReceiptPage = later(() => import('../features/reservations/ReceiptPage'), 'ReceiptPage');
const ReceiptsPage = later(() => import('../features/reservations/ReceiptsPage'), 'ReceiptsPage');
// Who comes to the list of holidays goes on to a grid: it is read meanwhile.
const reservations = () => {
  void grid().catch(() => undefined);
  return import('../features/reservations/ReservationsPage');
};
const ReservationsPage = later(reservations, 'ReservationsPage');
const ReviewDaysPage = later(() => import('../features/reservations/ReviewDaysPage'), 'ReviewDaysPage');
const SyncCenterPage = later(() => import('../features/sync/SyncCenterPage'), 'SyncCenterPage');

/** The home page, with the tiles of the other capabilities. */
const Home = () => (
  <HomePage
    family={
      <li>
        <ReservationsTile />
      </li>
    }
  />
);

/** Every page and its address. The addresses are French like what they show: they appear in no menu but in history. */
const routes: RouteObject[] = [
  {
    element: <Root />,
    children: [
      {
        element: <Gate allow="signedOut" />,
        children: [
          {
            path: 'connexion',
            element: (
              <Entrance>
                <ProfilesPage />
              </Entrance>
            ),
          },
          {
            path: 'connexion/commune',
            element: (
              <Entrance>
                <TownPage />
              </Entrance>
            ),
          },
          { path: 'connexion/espace', element: <SignInPage /> },
          { path: 'connexion/sans-identifiant', element: <NewResidentPage /> },
          { path: 'borne', element: <StartKiosk /> },
          { path: 'connexion/code-oublie', element: <LostCodePage /> },
        ],
      },
      {
        element: <Gate allow="firstCode" />,
        children: [{ path: 'premier-code', element: <FirstCodePage /> }],
      },
      {
        element: <Gate allow="locked" />,
        children: [{ path: 'verrouille', element: <LockedPage /> }],
      },
      {
        element: <Gate allow="open" />,
        children: [
          { index: true, element: <Home /> },
          { path: 'personnes/:id', element: <PersonPage /> },
          { path: 'coordonnees', element: <DetailsPage /> },
          { path: 'coordonnees/etape-2', element: <ReviewPage /> },
          { path: 'reservations', element: <ReservationsPage /> },
          { path: 'reservations/:periodId', element: <GridPage /> },
          { path: 'reservations/:periodId/etape-2', element: <ReviewDaysPage /> },
          { path: 'recepisses', element: <ReceiptsPage /> },
          { path: 'recepisses/:id', element: <ReceiptPage /> },
          { path: 'enfants/:childId/agenda/:activityId', element: <AgendaPage /> },
          { path: 'synchronisation', element: <SyncCenterPage /> },
          { path: 'compte', element: <AccountPage /> },
          { path: 'compte/identifiant', element: <IdentifiantPage /> },
          { path: 'compte/code', element: <CodePage /> },
          { path: 'compte/verrouillage', element: <PinPage /> },
          { path: 'compte/ordinateurs', element: <DevicesPage /> },
          { path: 'compte/co-titulaire', element: <CoHolderPage /> },
          { path: 'compte/avis', element: <NoticesPage /> },
        ],
      },
      { path: 'preferences', element: <PreferencesPage /> },
      { path: 'accessibilite', element: <AccessibilityPage /> },
      { path: '*', element: <NotFoundPage /> },
    ],
  },
];

export const Pages = () => useRoutes(routes);
