import { fileURLToPath, URL } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';
import { fluent } from './fluent.ts';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/**
 * One build an entry (`--mode field`), never one build of several: an
 * officer's device carries no code of another program. The core that answers
 * a browser in development listens where HANDOFF_CORE says.
 */
export default defineConfig(({ mode }) => {
  const entry = mode === 'production' || mode === 'development' ? 'field' : mode;
  return {
    root: path('.'),
    base: './',
    publicDir: path('./public'),
    plugins: [svelte(), fluent()],
    resolve: { alias: { $lib: path('./src/lib'), $field: path('./src/field') } },
    build: {
      target: 'safari16.4',
      outDir: path(`./dist/${entry}`),
      emptyOutDir: true,
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rolldownOptions: { input: path(`./${entry}.html`) },
    },
    server: {
      port: 5183,
      strictPort: true,
      fs: { allow: [path('.'), path('../crates/words/locales')] },
      proxy: { '/api': process.env['HANDOFF_CORE'] ?? 'http://127.0.0.1:5190' },
    },
  };
});
