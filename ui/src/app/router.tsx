import { type RouteObject, useRoutes } from 'react-router';
import { AccessibilityPage } from '../features/about/AccessibilityPage';
import { AccountPage } from '../features/accounts/AccountPage';
import { FirstCodePage } from '../features/accounts/FirstCodePage';
import { NewResidentPage } from '../features/accounts/NewResidentPage';
import { ProfilesPage } from '../features/accounts/ProfilesPage';
import { SignInPage } from '../features/accounts/SignInPage';
import { TownPage } from '../features/accounts/TownPage';
import { DetailsPage } from '../features/family/details/DetailsPage';
import { ReviewPage } from '../features/family/details/ReviewPage';
import { HomePage } from '../features/family/HomePage';
import { PersonPage } from '../features/family/PersonPage';
import { PreferencesPage } from '../features/preferences/PreferencesPage';
import { SyncCenterPage } from '../features/sync/SyncCenterPage';
import { Gate } from './Gate';
import { NotFoundPage } from './NotFoundPage';
import { Root } from './Root';

/** Every page and its address. The addresses are French like what they show: they appear in no menu but in history. */
const routes: RouteObject[] = [
  {
    element: <Root />,
    children: [
      {
        element: <Gate allow="signedOut" />,
        children: [
          { path: 'connexion', element: <ProfilesPage /> },
          { path: 'connexion/commune', element: <TownPage /> },
          { path: 'connexion/espace', element: <SignInPage /> },
          { path: 'connexion/sans-identifiant', element: <NewResidentPage /> },
        ],
      },
      {
        element: <Gate allow="firstCode" />,
        children: [{ path: 'premier-code', element: <FirstCodePage /> }],
      },
      {
        element: <Gate allow="open" />,
        children: [
          { index: true, element: <HomePage /> },
          { path: 'personnes/:id', element: <PersonPage /> },
          { path: 'coordonnees', element: <DetailsPage /> },
          { path: 'coordonnees/etape-2', element: <ReviewPage /> },
          { path: 'synchronisation', element: <SyncCenterPage /> },
          { path: 'compte', element: <AccountPage /> },
        ],
      },
      { path: 'preferences', element: <PreferencesPage /> },
      { path: 'accessibilite', element: <AccessibilityPage /> },
      { path: '*', element: <NotFoundPage /> },
    ],
  },
];

export const Pages = () => useRoutes(routes);
