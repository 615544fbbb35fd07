// Pictures of every page in every state, for `docs/screens`. `cargo xtask screens` starts this; it tests nothing.

import { defineConfig } from '@playwright/test';

import ordinary from './playwright.config.ts';

const DESKTOP = {
  viewport: { width: 1120, height: 700 },
  userAgent: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
};
const PHONE = {
  viewport: { width: 390, height: 700 },
  userAgent: 'Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36',
  hasTouch: true,
  isMobile: true,
};

export default defineConfig({
  ...ordinary,
  testDir: 'screens',
  outputDir: 'test-results/screens',
  reporter: 'line',
  // A machine that does ten things at once may take its time; nothing is measured here.
  timeout: 120_000,
  expect: { timeout: 20_000 },
  use: {
    ...ordinary.use,
    trace: 'off',
    locale: process.env.LATCHKEY_SCREENS_LANGUAGE ?? 'en',
    timezoneId: 'UTC',
    contextOptions: { reducedMotion: 'reduce' },
  },
  projects: [
    { name: 'desktop-light', use: { ...DESKTOP, colorScheme: 'light' } },
    { name: 'desktop-dark', use: { ...DESKTOP, colorScheme: 'dark' } },
    { name: 'phone-light', use: { ...PHONE, colorScheme: 'light' } },
    { name: 'phone-dark', use: { ...PHONE, colorScheme: 'dark' } },
  ],
});
