// Every journey is made twice, with script and without. A test that is about one of the two only
// says so by a tag: `@script` or `@plain`.

import { existsSync } from 'node:fs';

import { chromium, defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: 'tests',
  fullyParallel: true,
  workers: 2,
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  reporter: 'list',
  use: {
    browserName: 'chromium',
    // The pages that are read are in English, but for the tests that ask for another language.
    locale: 'en-GB',
    trace: 'retain-on-failure',
    launchOptions: { executablePath: browser(), args: flags() },
  },
  projects: [
    // What the servers log is looked through when all is over, also when something failed.
    { name: 'before', testMatch: 'log.before.ts', teardown: 'after' },
    { name: 'after', testMatch: 'log.after.ts' },
    { name: 'with script', grepInvert: /@plain/, dependencies: ['before'] },
    {
      name: 'without script',
      grepInvert: /@script/,
      dependencies: ['before'],
      use: { javaScriptEnabled: false },
    },
  ],
});

/** The browser that was named, or the system's when Playwright has none of its own. */
function browser(): string | undefined {
  const named = process.env.LATCHKEY_CHROMIUM;
  if (named) return named;
  const system = '/usr/bin/chromium';
  return existsSync(system) && !existsSync(chromium.executablePath()) ? system : undefined;
}

/** Keeps the browser from talking to anybody but the server under test. */
function flags(): string[] {
  const quiet = [
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ];
  // Chromium's sandbox does not start as root, which is who runs tests in a container.
  const isRoot = process.getuid?.() === 0;
  return isRoot ? ['--no-sandbox', ...quiet] : quiet;
}
