import { expect, it } from 'vitest';
import { fuzz, FUZZ_TIMEOUT } from '../support/fuzz/fuzz';

it.each([['things', 5000], ['base64', 5000]])('%s: changed files are taken in or refused', async (name, cases) => {
  expect(await fuzz(new URL('fuzz-targets.ts', import.meta.url), name, cases)).toEqual([]);
}, FUZZ_TIMEOUT);
