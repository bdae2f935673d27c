import { i18n } from '@lingui/core';
import { I18nProvider } from '@lingui/react';
import { type QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { I18nProvider as AriaI18nProvider } from 'react-aria-components';
import { HashRouter } from 'react-router';
import { KioskWatch } from '../features/kiosk/KioskWatch';
import { useText } from '../lib/i18n';
import type { KioskView } from '../lib/ipc';
import { KioskContext, kioskKey, useKiosk } from '../lib/kiosk';
import { ErrorBoundary } from './ErrorBoundary';
import { Fault } from './Fault';
import { KioskOutOfOrder } from './KioskOutOfOrder';
import { Pages } from './router';

export function App({ client }: { client: QueryClient }) {
  return (
    <I18nProvider i18n={i18n}>
      <KioskContext value={client.getQueryData<KioskView>(kioskKey) ?? null}>
        <ErrorBoundary
          fallback={
            <main>
              <Fault />
            </main>
          }
        >
          <QueryClientProvider client={client}>
            <Application />
          </QueryClientProvider>
        </ErrorBoundary>
      </KioskContext>
    </I18nProvider>
  );
}

function Application() {
  const { locale } = useText();
  const kiosk = useKiosk();
  const reason = kiosk?.outOfOrder;
  return (
    <AriaI18nProvider locale={locale === 'fr' ? 'fr-FR' : 'en-GB'}>
      <HashRouter>
        {kiosk && reason ? <KioskOutOfOrder kiosk={kiosk} reason={reason} /> : <Pages />}
        <KioskWatch />
      </HashRouter>
    </AriaI18nProvider>
  );
}
