// Taking a picture, when nothing on the page moves any more.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import type { Page } from '@playwright/test';

const LANGUAGE = process.env.LATCHKEY_SCREENS_LANGUAGE ?? 'en';

export const FOLDER = resolve(import.meta.dirname, '../../docs/screens');

/** Lossy, and so small that all of them can be in the repository. */
const QUALITY = 60;

/** Like `login-empty-desktop-light.webp`; a language that is not English comes before the ending. */
export function fileName(screen: string, look: string, language = LANGUAGE): string {
  return `${screen}-${look}${language === 'en' ? '' : `.${language}`}.webp`;
}

/** Takes the whole page, however long it is. */
export async function photograph(page: Page, screen: string, look: string): Promise<void> {
  await rest(page);
  const size = await page.evaluate(() => {
    const { scrollHeight, clientWidth } = document.documentElement;
    return { width: clientWidth, height: Math.max(scrollHeight, innerHeight) };
  });
  const browser = await page.context().newCDPSession(page);
  // Playwright's own way knows no WebP.
  const { data } = await browser.send('Page.captureScreenshot', {
    format: 'webp',
    quality: QUALITY,
    captureBeyondViewport: true,
    clip: { x: 0, y: 0, ...size, scale: 1 },
  });
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, fileName(screen, look)), Buffer.from(data, 'base64'));
}

/** Waits until nothing more is fetched and done, and holds what would blink or slide. */
export async function rest(page: Page): Promise<void> {
  await page.waitForLoadState('load');
  await page.evaluate(async () => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync('* { caret-color: transparent !important } *, ::before, ::after { transition: none !important; animation: none !important }');
    document.adoptedStyleSheets.push(sheet);

    // Whatever wakes the islands fetches files for it. After the last of them comes a while in which there is time.
    let fetched = -1;
    while (fetched !== performance.getEntriesByType('resource').length) {
      fetched = performance.getEntriesByType('resource').length;
      await new Promise((done) => setTimeout(done, 300));
      // What moves on the page may leave no time at all.
      await new Promise((done) => requestIdleCallback(done, { timeout: 1000 }));
    }
  });
}
