import { i18n } from '@lingui/core';
import { I18nProvider } from '@lingui/react';
import { type QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { I18nProvider as AriaI18nProvider } from 'react-aria-components';
import { HashRouter } from 'react-router';
import { useText } from '../lib/i18n';
import { ErrorBoundary } from './ErrorBoundary';
import { Fault } from './Fault';
import { Pages } from './router';
import { useBackendEvents } from './useBackendEvents';

export function App({ client }: { client: QueryClient }) {
  return (
    <I18nProvider i18n={i18n}>
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
    </I18nProvider>
  );
}

function Application() {
  const { locale } = useText();
  useBackendEvents();
  return (
    <AriaI18nProvider locale={locale === 'fr' ? 'fr-FR' : 'en-GB'}>
      <HashRouter>
        <Pages />
      </HashRouter>
    </AriaI18nProvider>
  );
}
