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

// Not awaited here: pages that are read later import the file that this is part of.
void start().then((client) =>
  createRoot(root).render(
    <StrictMode>
      <App client={client} />
    </StrictMode>,
  ),
);
