import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

const TAURI_ONLY_IN_ITS_HOST = {
  group: ['@tauri-apps/*'],
  message: 'Only src/lib/ipc/tauriHost.ts talks to Tauri: call the Host.',
};

/** Imports run routes → views → features → ui; what lies above may not be named below. */
const layer = (files, forbidden, message) => ({
  files,
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          TAURI_ONLY_IN_ITS_HOST,
          ...forbidden.map((group) => ({ group: [group], message })),
        ],
      },
    ],
  },
});

export default ts.config(
  {
    ignores: [
      'dist/**',
      'node_modules/**',
      'src/lib/ipc/generated/**',
      'src/lib/i18n/generated/**',
    ],
  },
  js.configs.recommended,
  ...ts.configs.strict,
  ...svelte.configs.recommended,
  {
    languageOptions: { globals: { ...globals.browser } },
    rules: {
      'no-console': 'error',
      'no-eval': 'error',
      'no-restricted-imports': ['error', { patterns: [TAURI_ONLY_IN_ITS_HOST] }],
      'no-restricted-syntax': [
        'error',
        {
          selector:
            "CallExpression[callee.name='invoke'], CallExpression[callee.property.name='invoke']",
          message: 'Commands are called through the Host.',
        },
        {
          selector: "CallExpression[callee.name='fetch']",
          message: 'Commands are called through the Host.',
        },
      ],
      'max-lines': ['error', { max: 400 }],
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: {
      parserOptions: { parser: ts.parser, extraFileExtensions: ['.svelte'], svelteConfig },
    },
    // Links of the hash router are built by the typed href().
    rules: {
      'svelte/no-navigation-without-resolve': 'off',
      // State that is replaced as a whole is `$state.raw`; registries are not state.
      'svelte/prefer-svelte-reactivity': 'off',
    },
  },
  { files: ['**/*.svelte'], rules: { 'max-lines': ['error', { max: 200 }] } },
  layer(
    ['src/lib/ui/**'],
    ['**/features/**', '$field/**', '**/field/**', '**/views/**', '**/ipc/**'],
    'ui is the lowest layer: it knows no feature, view or command.',
  ),
  layer(
    ['src/lib/features/**'],
    ['$field/**', '**/field/**', '**/views/**'],
    'A feature knows no view.',
  ),
  layer(
    ['src/lib/{ipc,i18n,theme}/**'],
    ['**/features/**', '$field/**', '**/views/**'],
    'lib/ipc, lib/i18n and lib/theme know no feature.',
  ),
  layer(
    ['src/field/views/**'],
    ['**/console/**', '**/routes'],
    'A view knows neither the routes nor the console.',
  ),
  {
    files: ['src/lib/ipc/tauriHost.ts', 'src/lib/ipc/httpHost.ts'],
    rules: { 'no-restricted-imports': 'off', 'no-restricted-syntax': 'off' },
  },
  {
    files: ['scripts/**', 'tests/**', '*.config.*'],
    languageOptions: { globals: { ...globals.node } },
    rules: { 'no-console': 'off', 'no-restricted-syntax': 'off' },
  },
);
