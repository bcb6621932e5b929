import { expect, it } from 'vitest';
import { fuzz, FUZZ_TIMEOUT } from '../support/fuzz/fuzz';

/** What is dropped to be a model: the file, and lists and configurations beside it. */
it.each([['models', 800], ['texts', 1000], ['tables', 1000], ['json', 2000], ['config', 2000]])('%s: changed files are taken in or refused', async (name, cases) => {
  expect(await fuzz(new URL('worker/fuzz-targets.ts', import.meta.url), name, cases)).toEqual([]);
}, FUZZ_TIMEOUT);
