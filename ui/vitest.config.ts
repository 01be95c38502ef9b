import { fileURLToPath, URL } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { fluent } from './fluent.ts';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

export default defineConfig({
  plugins: [svelte(), fluent()],
  resolve: {
    alias: { $lib: path('./src/lib'), $field: path('./src/field') },
    conditions: ['browser'],
  },
  test: { include: ['tests/unit/**/*.test.ts'], environment: 'node' },
});
