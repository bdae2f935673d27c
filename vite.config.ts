import { lingui } from '@lingui/vite-plugin';
import locales from '@react-aria/optimize-locales-plugin';
import react from '@vitejs/plugin-react';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

/** Fails a build whose page asks for more than one file of scripts before its first picture. */
const oneFirstFile: Plugin = {
  name: 'preau:one-first-file',
  generateBundle(_options, bundle) {
    for (const file of Object.values(bundle)) {
      if (file.type === 'chunk' && file.isEntry && file.imports.length > 0)
        this.error(`${file.fileName} needs ${file.imports.join(', ')} before anything is seen`);
    }
  },
};

export default defineConfig({
  root: 'ui',
  // Relative addresses, so that the window's own protocol serves them from anywhere.
  base: './',
  plugins: [
    react(),
    lingui({ failOnMissing: true, failOnCompileError: true }),
    // react-aria brings its hidden strings in thirty languages; two are spoken here.
    locales.vite({ locales: ['fr-FR', 'en-US'] }),
    oneFirstFile,
  ],
  server: { host: '127.0.0.1' },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    // The window's content policy allows files of the application only: no data: address, no inline script or style.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // WebKitGTK of Debian 12, WebView2, and the web view of macOS 13.
    target: ['es2022', 'safari16.4', 'chrome111'],
    chunkSizeWarningLimit: 900,
    rolldownOptions: {
      output: {
        // What the first picture needs is one file: each of forty small ones would be asked of the program in turn.
        codeSplitting: { groups: [{ name: 'first', tags: ['$initial'] }] },
      },
    },
  },
  test: {
    environment: 'jsdom',
    setupFiles: ['./dev/vitest.setup.ts'],
    include: ['src/**/*.test.{ts,tsx}'],
    css: { modules: { classNameStrategy: 'non-scoped' } },
    testTimeout: 20_000,
    maxWorkers: 2,
  },
});
