import { fileURLToPath, URL } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

export default defineConfig({
  plugins: [svelte()],
  resolve: {
    alias: { $lib: path('./src/lib'), $field: path('./src/field') },
    conditions: ['browser'],
  },
  test: { include: ['tests/unit/**/*.test.ts'], environment: 'node' },
});
