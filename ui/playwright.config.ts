import { defineConfig } from '@playwright/test';

/** The core under test listens at HANDOFF_BASE_URL; nothing is started here. */
export default defineConfig({
  testDir: './tests/e2e',
  retries: 0,
  timeout: 60_000,
  workers: 1,
  use: {
    baseURL: process.env['HANDOFF_BASE_URL'] ?? 'http://127.0.0.1:5190',
    viewport: { width: 1366, height: 768 },
    launchOptions: {
      executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
      args: ['--no-sandbox'],
    },
  },
});
