// Runs before the suite: what the last run left is no part of this one.

import { rm } from 'node:fs/promises';

import { test, expect } from '@playwright/test';

import { LOGS, SECRETS, folder } from './run.ts';
import { existsSync } from 'node:fs';

test('the logs of the last run are put away', async () => {
  for (const path of [LOGS, SECRETS]) {
    await rm(path, { recursive: true, force: true });
    expect(existsSync(path)).toBe(false);
    folder(path);
  }
});
