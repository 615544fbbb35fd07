// Runs before the suite: what the last run left is no part of this one.

import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';

import { expect, test } from '@playwright/test';

import { LOGS, SECRETS, folder } from './run.ts';

test('the logs of the last run are put away', async () => {
  for (const path of [LOGS, SECRETS]) {
    await rm(path, { recursive: true, force: true });
    expect(existsSync(path)).toBe(false);
    folder(path);
  }
});
