import { defineConfig } from '@playwright/test';

/** Each journey starts what it needs: see `tests/e2e/world.ts`. */
export default defineConfig({
  testDir: './tests/e2e',
  outputDir: '../target/e2e/results',
  retries: 0,
  timeout: 120_000,
  expect: { timeout: 15_000 },
  workers: 1,
  forbidOnly: true,
  use: {
    viewport: { width: 1366, height: 768 },
    timezoneId: 'America/New_York',
    locale: 'en-US',
    contextOptions: { reducedMotion: 'reduce' },
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
      args: ['--no-sandbox'],
    },
  },
});
