// What moves on a page without anybody's doing.

import type { Page } from '@playwright/test';

import { expect } from './fixtures.ts';

/** From now on, what moves on the pages that are opened is written down. */
export async function noteShifts(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const shifts: string[] = [];
    Object.assign(window, { shifts });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) shifts.push(JSON.stringify(entry));
    }).observe({ type: 'layout-shift', buffered: true });
  });
}

/** Nothing has moved, and it would have been noticed. */
export async function expectNoShifts(page: Page): Promise<void> {
  expect(await shifts(page)).toEqual([]);
  await page.evaluate(() => document.querySelector('header')?.after('\u00a0', document.createElement('hr')));
  await expect.poll(async () => (await shifts(page)).length).toBeGreaterThan(0);
}

function shifts(page: Page): Promise<string[]> {
  return page.evaluate(() => (window as unknown as { shifts: string[] }).shifts);
}

/** What was changed is on the screen, and the frame after it too. */
export async function isDrawn(page: Page): Promise<void> {
  await page.evaluate(
    () => new Promise<void>((drawn) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(drawn)))),
  );
}
