import { expect, it } from 'vitest';
import { fuzz, FUZZ_TIMEOUT } from '../support/fuzz/fuzz';

/** Readers of model files; each file is read, or refused by an error of the engine, in 2 s and 512 MB. */
it.each([['safetensors', 5000], ['torch', 5000], ['onnx', 2500], ['resnet', 10], ['external', 500]])('%s: changed files are read or refused', async (name, cases) => {
  expect(await fuzz(new URL('fuzz-targets.ts', import.meta.url), name, cases)).toEqual([]);
}, FUZZ_TIMEOUT);
