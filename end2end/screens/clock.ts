// The time that a server takes it to be. Its pages say when things happened: by the real clock, no picture would
// ever be made twice.

import { writeFileSync } from 'node:fs';

/** A Friday morning. The seconds are not the last of a minute. */
export const NOW = '2026-11-20T09:30:10Z';

/** `cargo xtask screens` names libfaketime, where there is one. */
const LIBRARY = process.env.LATCHKEY_FAKETIME;

export interface Clock {
  /** What a server needs in order to go by it. */
  settings: Record<string, string>;
  /** Like `2026-11-20T09:30:00Z`. From there it goes on. */
  set: (moment: string) => void;
}

/** It is NOW. The file says by how many seconds it is off. */
export function clock(file: string): Clock {
  const set = (moment: string) => {
    const seconds = (Date.parse(moment) - Date.now()) / 1000;
    writeFileSync(file, `${seconds < 0 ? '' : '+'}${seconds.toFixed(3)}\n`);
  };
  set(NOW);
  if (!LIBRARY) return { settings: {}, set };
  const settings = {
    LD_PRELOAD: LIBRARY,
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_NO_CACHE: '1',
    // What only measures how long something takes.
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  };
  return { settings, set };
}
