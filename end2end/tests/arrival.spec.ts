// A page that comes in two pieces, as on a line that is cut: nobody sees half of it move.

import { devices } from '@playwright/test';

import { test as base, expect, isAwake } from './fixtures.ts';
import { type Line, breakPages } from './pieces.ts';
import { expectNoShifts, isDrawn, noteShifts } from './shifts.ts';

const test = base.extend<{
  /** A line to the server that breaks each page behind the first place where it says `until`. */
  broken: (until: string) => Promise<Line>;
}>({
  broken: async ({ server }, use) => {
    const lines: Line[] = [];
    await use(async (until) => {
      const line = await breakPages(server.url, until);
      lines.push(line);
      return line;
    });
    for (const line of lines) line.stop();
  },
});

// Behind the head of the card, and within its form.
const PLACES = { '/': '</h1>', '/login': 'type="password"', '/register': 'id="username-error"', '/forgot-password': '</h1>' };

const VIEWPORTS = { phone: devices['Pixel 7'].viewport, desktop: { width: 1280, height: 800 } };

for (const [path, until] of Object.entries(PLACES)) {
  for (const [device, viewport] of Object.entries(VIEWPORTS)) {
    test(`half of ${path} is not drawn, on a ${device}`, { tag: '@script' }, async ({ page, broken }) => {
      const line = await broken(until);
      await page.setViewportSize(viewport);
      await noteShifts(page);
      await page.goto(line.origin + path, { waitUntil: 'commit' });
      await page.waitForFunction(() => document.querySelector('h1') && document.styleSheets.length > 0, null, {
        polling: 50,
      });
      // Where one is drawn, a frame takes 17 ms.
      const drawn = isDrawn(page).then(() => true);
      const waited = page.evaluate(() => new Promise((done) => setTimeout(done, 500))).then(() => false);
      expect(await Promise.race([drawn, waited])).toBe(false);

      line.rest();
      await drawn;
      await expect(page.getByRole('contentinfo')).toBeVisible();
      await isAwake(page);
      await expectNoShifts(page);
    });
  }
}
