import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { TORCHVISION_PREPROCESSING } from '../../src/engine/model';
import { Preprocessor } from '../../src/engine/preprocess/preprocessor';
import { decodeImage } from '../../src/server/decode';
import { SCRATCH } from '../support/shared';
import { writeStillKinds } from '../support/still-kinds';

const LIMITS = { maxPixels: 50_000_000, seconds: 20 };
const folder = join(SCRATCH, 'columns');
mkdirSync(folder, { recursive: true });
await writeStillKinds(folder);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the columns of a picture that the network sees', () => {
  const preprocessor = new Preprocessor(TORCHVISION_PREPROCESSING);

  it.each(readdirSync(folder).sort())('are those of the whole picture, to the last bit: %s', async (name) => {
    const bytes = readFileSync(join(folder, name));
    const whole = await decodeImage(bytes, LIMITS);
    const part = await decodeImage(bytes, LIMITS, (width, height) => preprocessor.region(width, height));
    expect([part.width, part.height, part.pixelBytes]).toEqual([whole.width, whole.height, whole.pixelBytes]);
    const { x = 0, y = 0, width = whole.width, height = whole.height } = part.available ?? {};
    expect([y, height]).toEqual([0, whole.height]);
    const stride = whole.width * whole.pixelBytes;
    const rows = Array.from({ length: height }, (_, row) => whole.pixels.subarray(row * stride + x * whole.pixelBytes, row * stride + (x + width) * whole.pixelBytes));
    expect(Buffer.concat(rows).equals(part.pixels)).toBe(true);
  });
});
