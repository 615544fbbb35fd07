// What a page has to be for everybody: read by a machine, seen on a phone, walked through by keyboard.

import { AxeBuilder } from '@axe-core/playwright';
import type { Locator, Page } from '@playwright/test';

import { expect } from './fixtures.ts';

/** Expects that axe finds nothing. It needs script to look around. */
export async function expectNoViolation(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const found = violations.flatMap(({ id, help, nodes }) =>
    nodes.map((node) => `${id}: ${help}: ${node.target.join(' ')}`),
  );
  expect(found).toEqual([]);
}

export async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const widest = await page.evaluate(() => document.scrollingElement?.scrollWidth);
  expect(widest).toBeLessThanOrEqual(page.viewportSize()!.width);
}

/** Goes there as somebody without a mouse does, and sees the focus at every stop. */
export async function tabTo(page: Page, target: Locator, stopsAtMost = 40): Promise<void> {
  for (let stops = 0; stops < stopsAtMost; stops += 1) {
    await page.keyboard.press('Tab');
    await expectVisibleFocus(page);
    if (await isFocused(target)) return;
  }
  throw new Error(`Tab does not reach ${target}`);
}

export async function expectVisibleFocus(page: Page): Promise<void> {
  const outline = await page.locator(':focus').evaluate((element) => {
    const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(element);
    return { outlineStyle, width: parseFloat(outlineWidth), outlineColor };
  });
  expect(outline.outlineStyle).not.toBe('none');
  expect(outline.width).toBeGreaterThanOrEqual(2);
  expect(outline.outlineColor).not.toMatch(/^rgba\(.*, 0\)$/);
}

async function isFocused(target: Locator): Promise<boolean> {
  return target.evaluate((element) => element === document.activeElement);
}
