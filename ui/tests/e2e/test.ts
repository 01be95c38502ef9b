/** `test` with a site for the whole run and a device of its own for each journey. */
import { test as base } from '@playwright/test';
import { Device, Site } from './world';
import { enrol } from './journey';

interface Own {
  /** Enrolled, signed in and open in `page`; the site is down again. */
  device: Device;
  /** Straight from the box, open in `page`; the site is up. */
  newDevice: Device;
}

interface Whole {
  /** Whose rules: the name of a shipped pack. */
  pack: string;
  site: Site;
}

export const test = base.extend<Own, Whole>({
  pack: ['md-baltimore-2017', { scope: 'worker', option: true }],
  site: [
    async ({ pack }, use) => {
      const site = await Site.found(pack);
      await use(site);
      await site.close();
    },
    { scope: 'worker' },
  ],
  newDevice: async ({ site, page }, use) => {
    await site.up();
    const device = await site.device();
    await page.goto(device.url);
    await use(device);
    await device.close();
  },
  device: async ({ site, newDevice, page }, use) => {
    await enrol(page, await site.invite());
    await site.down();
    await use(newDevice);
  },
});

export { expect } from '@playwright/test';
