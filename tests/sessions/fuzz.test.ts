import { expect, it } from 'vitest';
import { fuzz, FUZZ_TIMEOUT } from '../support/fuzz/fuzz';

/** What a session is made of, from its zip to the last line; a film that a crash left is read by the cutters, any other as exports read it. */
it.each([
  ['mp4-cut', 1000], ['webm-cut', 1000], ['film-mp4', 250], ['film-webm', 150], ['labels', 300], ['human', 300], ['manifest', 1500], ['head', 1500], ['zip', 120],
])('%s: changed files are read or refused', async (name, cases) => {
  expect(await fuzz(new URL('worker/fuzz-targets.ts', import.meta.url), name, cases)).toEqual([]);
}, FUZZ_TIMEOUT);
