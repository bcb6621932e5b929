import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { encodeModel } from '../../../src/engine/onnx/encode';
import { decodeModel } from '../../../src/engine/onnx/decode';
import { floatToHalf, storeAsHalf } from '../../../src/engine/onnx/half';
import { foldResNet18 } from '../../../src/engine/resnet18/fold';
import { resnet18Onnx } from '../../../src/engine/resnet18/graph';
import { PickleError } from '../../../src/engine/torch/pickle';
import { readTorchFile } from '../../../tools/efficientnet/torch-file';
import { readZipEntry, ZipError } from '../../../tools/efficientnet/zip';
import { randomResNet18 } from '../../support/weights';

/** Python's own zipfile writes the archive that we read. */
function pythonZip(method: 'ZIP_STORED' | 'ZIP_DEFLATED'): Buffer {
  const script = `import sys, io, zipfile
b = io.BytesIO()
z = zipfile.ZipFile(b, 'w', zipfile.${method})
z.writestr('a.txt', 'first')
z.writestr('folder/b.bin', bytes(range(256)) * 40)
z.close()
sys.stdout.buffer.write(b.getvalue())`;
  return spawnSync('python3', ['-c', script]).stdout;
}

describe('readZipEntry', () => {
  it.each(['ZIP_STORED', 'ZIP_DEFLATED'] as const)('reads what Python wrote as %s', (method) => {
    const entry = readZipEntry(pythonZip(method), (name) => name.endsWith('.bin'));
    expect(entry.name).toBe('folder/b.bin');
    expect(entry.bytes.length).toBe(10240);
    expect(entry.bytes[257]).toBe(1);
  });

  it('says what is missing', () => {
    expect(() => readZipEntry(pythonZip('ZIP_STORED'), (name) => name === 'c')).toThrow(ZipError);
    expect(() => readZipEntry(Buffer.from('no zip file at all, only a line of text'), () => true)).toThrow(/no directory/);
  });
});

describe('readTorchFile', () => {
  it('refuses other files', () => {
    expect(() => readTorchFile(Buffer.from('not a torch file'))).toThrow(PickleError);
    expect(() => readTorchFile(Buffer.alloc(0))).toThrow(PickleError);
  });

  it('runs nothing that a pickle asks for', () => {
    const evil = spawnSync('python3', [
      '-c',
      `import sys, pickle, os
class Evil:
    def __reduce__(self):
        return (os.system, ('echo pwned',))
for value in (0x1950a86a20f9469cfc6c, 1001, {}, Evil(), []):
    sys.stdout.buffer.write(pickle.dumps(value, 2))`,
    ]).stdout;
    expect(() => readTorchFile(evil)).toThrow(/no state dict/);
  });
});

describe('float16', () => {
  it.each([
    [0, 0x0000],
    [1, 0x3c00],
    [-2, 0xc000],
    [65504, 0x7bff],
    [1e6, 0x7c00],
    [2 ** -24, 0x0001],
    [2 ** -25, 0x0000],
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
    [1 / 3, 0x3555],
  ])('%d is 0x%s', (value, bits) => {
    expect(floatToHalf(value)).toBe(bits);
  });

  it('halves a model, with a cast behind each weight', () => {
    const model = resnet18Onnx(foldResNet18(new Map(Object.entries(randomResNet18(5)))));
    const whole = encodeModel(model).length;
    const bytes = encodeModel(storeAsHalf(model));
    expect(bytes.length / whole).toBeLessThan(0.51);
    const ops = decodeModel(bytes).graph.nodes.map((n) => n.op);
    expect(ops.filter((op) => op === 'Cast')).toHaveLength(42);
  });
});
