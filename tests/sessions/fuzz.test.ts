import { expect, it } from 'vitest';
import { fuzz, FUZZ_TIMEOUT } from '../support/fuzz/fuzz';

/** What a session is made of, from its zip to the last line; a film that a crash left is read by the cutters, any other as exports read it. */
it.each([
  ['mp4-cut', 1500], ['webm-cut', 1500], ['film-mp4', 400], ['film-webm', 250], ['labels', 1000], ['human', 1000], ['manifest', 3000], ['head', 3000], ['zip', 200],
])('%s: changed files are read or refused', async (name, cases) => {
  expect(await fuzz(new URL('worker/fuzz-targets.ts', import.meta.url), name, cases)).toEqual([]);
}, FUZZ_TIMEOUT);
