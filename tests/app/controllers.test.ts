import { describe, expect, it } from 'vitest';
import type { ModelManifest } from '../../src/base/shared/model';
import { TORCHVISION_PREPROCESSING } from '../../src/engine/model';
import type { WorkerCapabilities } from '../../src/recognise/shared/recogniser';
import { int8MayLead, threadsFor, variantFor, waysToRun } from '../../src/recognise/page/model/fallbacks';

const RESNET: ModelManifest = {
  id: 'resnet18', name: '', architecture: 'resnet18', licence: '', source: '', preprocessing: TORCHVISION_PREPROCESSING, variants: [],
};
const LITE: ModelManifest = { ...RESNET, id: 'lite', architecture: 'efficientnet-lite0' };
const INT8 = { precision: 'int8' as const, file: '', bytes: 1, sha256: '' };
/** With an int8 file that our own tool made. */
const INT8_MODEL: ModelManifest = { ...RESNET, variants: [{ ...INT8, quantisation: { calibration: '', recipe: '', fingerprint: '' } }] };
const CAPABLE: WorkerCapabilities = {
  crossOriginIsolated: true, hardwareConcurrency: 8, wasmSimd: true, wasmRelaxedSimd: true, wasmThreads: true, offscreenCanvas: true, privateFileSystem: true,
};
const words = (...way: Parameters<typeof waysToRun>): string =>
  waysToRun(...way).map((w) => `${w.engine}/${w.threads}`).join(' ');

describe('waysToRun', () => {
  it('tries our kernels first, onnxruntime-web last, one thread after all', () => {
    expect(words(RESNET, 'fp32', 'auto', 4)).toBe('simd/4 simd/1 ort/4 ort/1');
    expect(words(RESNET, 'fp16', 'auto', 1)).toBe('simd/1 ort/1');
    expect(words(RESNET, 'fp32', 'auto', 1)).toBe('simd/1 ort/1');
  });

  it('takes onnxruntime-web where it is wanted, or where our kernels do not know the network', () => {
    expect(words(RESNET, 'fp32', 'ort', 2)).toBe('ort/2 ort/1');
    expect(words(INT8_MODEL, 'int8', 'auto', 2)).toBe('simd/2 simd/1 ort/2 ort/1');
    // Our kernels for int8 are made of relaxed SIMD.
    expect(words(INT8_MODEL, 'int8', 'auto', 2, false)).toBe('ort/2 ort/1');
    // A dropped file that is no float ResNet-18, so it counts as int8.
    expect(words({ ...RESNET, variants: [INT8] }, 'int8', 'auto', 2)).toBe('ort/2 ort/1');
    expect(words(RESNET, 'fp32', 'auto', 1, false)).toBe('simd/1 ort/1');
    expect(words(LITE, 'int8', 'auto', 1)).toBe('ort/1');
    expect(words(LITE, 'fp16', 'ort', 1)).toBe('ort/1');
    expect(words(LITE, 'fp16', 'auto', 2)).toBe('simd/2 simd/1 ort/2 ort/1');
  });
});

describe('variantFor', () => {
  const variant = (precision: 'fp32' | 'fp16' | 'int8') => ({ precision, file: precision, bytes: 1, sha256: '' });
  const full: ModelManifest = { ...RESNET, variants: [variant('fp32'), variant('fp16'), variant('int8')] };

  it('takes the smaller file of the same arithmetic, unless another is wished for', () => {
    expect(variantFor(full, 'auto').precision).toBe('fp16');
    expect(variantFor(full, 'int8').precision).toBe('int8');
    expect(variantFor(full, 'fp32').precision).toBe('fp32');
    expect(variantFor({ ...RESNET, variants: [variant('fp32'), variant('int8')] }, 'auto').precision).toBe('fp32');
  });
});

describe('int8MayLead', () => {
  it('is where our own kernels run the integers that we made', () => {
    expect(int8MayLead(INT8_MODEL, 'auto', true)).toBe(true);
    expect(int8MayLead(INT8_MODEL, 'simd', true)).toBe(true);
    expect(int8MayLead(INT8_MODEL, 'ort', true)).toBe(false);
    expect(int8MayLead(INT8_MODEL, 'auto', false)).toBe(false);
    expect(int8MayLead({ ...INT8_MODEL, architecture: 'efficientnet-lite0' }, 'auto', true)).toBe(true);
    expect(int8MayLead({ ...INT8_MODEL, architecture: 'classifier' }, 'auto', true)).toBe(false);
    expect(int8MayLead({ ...RESNET, variants: [INT8] }, 'auto', true)).toBe(false);
    expect(int8MayLead(RESNET, 'auto', true)).toBe(false);
  });
});

describe('threadsFor', () => {
  it('takes all cores up to four, one without shared memory, and what is wished for', () => {
    expect(threadsFor(CAPABLE, 0)).toBe(4);
    expect(threadsFor({ ...CAPABLE, hardwareConcurrency: 2 }, 0)).toBe(2);
    expect(threadsFor({ ...CAPABLE, wasmThreads: false }, 8)).toBe(1);
    expect(threadsFor(CAPABLE, 6)).toBe(6);
  });
});
