import '@fontsource-variable/atkinson-hyperlegible-next';
import '@fontsource-variable/figtree';
import './styles/tokens.css';
import './styles/base.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/App';
import { start } from './app/start';

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');

// No top-level await: the file of a language and pages read later import this one, and would wait for it for ever.
void start().then((client) =>
  createRoot(root).render(
    <StrictMode>
      <App client={client} />
    </StrictMode>,
  ),
);
