import { ClassesFileError, readClassesFile, writeClassesFile, type ClassesFile } from '../../src/teach/shared/classes-file';
import { fromBase64 } from '../../src/teach/shared/base64';
import { mutatedJson } from '../support/fuzz/mutate';
import type { FuzzTarget, FuzzTargets } from '../support/fuzz/target';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

const file: ClassesFile = {
  model: { id: 'resnet18', name: 'ResNet-18', precision: 'fp32', sha256: 'a'.repeat(64), width: 4 },
  things: [
    { name: 'mug', other: false, examples: [{ id: 'a', group: 'g', addedAt: 1, source: 'camera', features: Float32Array.of(1, 2, 3, 4), square: { x: 0.5, y: 0.5, side: 1 } }] },
    { name: 'nothing', other: true, examples: [{ id: 'b', group: 'h', addedAt: 2, source: 'picture', features: Float32Array.of(4, 3, 2, 1), picture: Uint8Array.of(0xff, 0xd8, 0xff, 0xe0) }] },
  ],
};

const things: FuzzTarget = {
  seeds: () => [bytesOf(writeClassesFile(file))],
  mutate: (seed, random) => bytesOf(mutatedJson(new TextDecoder().decode(seed), random)),
  read(bytes) {
    const { model, things: classes } = readClassesFile(new TextDecoder().decode(bytes));
    for (const { name, examples } of classes) {
      if (name.trim() === '' || name.length > 60) throw new Error(`A class is called ${JSON.stringify(name)}.`);
      for (const { features, addedAt, square } of examples) {
        if (features.length !== model.width || !features.every(Number.isFinite)) throw new Error(`The features are ${features.join()}.`);
        if (!Number.isFinite(addedAt) || Number.isNaN(new Date(addedAt).getTime())) throw new Error(`It was added at ${addedAt}.`);
        if (square && !(square.side > 0 && square.side <= 1)) throw new Error(`It is of a square of ${square.side}.`);
      }
    }
    // What was taken in is given away as it came.
    readClassesFile(writeClassesFile({ model, things: classes }));
  },
  isOwn: (error) => error instanceof ClassesFileError,
};

const base64: FuzzTarget = {
  seeds: () => ['', 'AA==', 'AAA=', 'AAAA', 'aGVsbG8gd29ybGQ='].map(bytesOf).filter((seed) => seed.length > 0),
  read: (bytes) => fromBase64(new TextDecoder().decode(bytes)),
  isOwn: (error) => error instanceof RangeError && error.message.startsWith('Base64'),
};

export const targets: FuzzTargets = { things, base64 };
