import { defineConfig } from '@lingui/conf';
import { formatter } from '@lingui/format-json';

const capability = (name: string) => ({ path: `<rootDir>/ui/src/locales/{locale}/${name}`, include: ['ui/src'] });

export default defineConfig({
  locales: ['fr', 'en'],
  sourceLocale: 'fr',
  catalogs: [
    'frame',
    'kiosk',
    'failures',
    'accounts',
    'family',
    'details',
    'sync',
    'preferences',
    'reservations',
    'about',
  ].map(capability),
  format: formatter({ style: 'minimal' }),
});
