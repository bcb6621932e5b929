import { describe, expect, it } from 'vitest';
import { Fault } from '../../src/base/shared/fault';
import { faultOfFile } from '../../src/recognise/page/model/fault-of-file';

describe('the fault of a file that is tried', () => {
  it.each([
    'TypeError: Failed to fetch dynamically imported module: https://a.test/assets/ort.mjs',
    'TypeError: error loading dynamically imported module: https://a.test/assets/ort.mjs',
    'TypeError: Importing a module script failed.',
    'RuntimeError: Aborted(both async and sync fetching of the wasm failed). Build with -sASSERTIONS for more info.',
    'RuntimeError: Aborted(NetworkError when attempting to fetch resource.)',
  ])('is the network\'s where onnxruntime-web could not be fetched: %s', (reason) => {
    const fault = faultOfFile(new Fault('engine-failed', `no available backend found. ERR: [wasm] ${reason}`));
    expect(fault.code).toBe('model-download');
    expect(fault.message).toContain('could not be fetched');
  });

  it.each([
    ['engine-failed', 'Failed to fetch tensor "x" of node 3', 'model-invalid'],
    ['engine-failed', 'no available backend found. ERR: [wasm] CompileError: bad section', 'model-invalid'],
    ['worker-hung', 'No answer.', 'model-invalid'],
    ['no-simd', 'This browser has no WebAssembly SIMD.', 'no-simd'],
  ] as const)('is otherwise the file\'s, or the device\'s: %s, %s', (code, words, expected) => {
    expect(faultOfFile(new Fault(code, words)).code).toBe(expected);
  });
});
