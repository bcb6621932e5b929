import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeAvif } from '../../src/server/avif/decode';
import { readAvifLayout } from '../../src/server/avif/layout';
import { decodeImage } from '../../src/server/decode';
import { ROOT } from '../support/shared';

const file = (name: string): Buffer => readFileSync(join(ROOT, 'tests/server/pictures', `${name}.avif`));
const LIMITS = { maxPixels: 50_000_000, seconds: 20 };

/** Says that the picture is so large. */
function withSize(bytes: Buffer, width: number, height: number): Buffer {
  const at = bytes.indexOf('ispe', 0, 'latin1');
  const changed = Buffer.from(bytes);
  changed.writeUInt32BE(width, at + 8);
  changed.writeUInt32BE(height, at + 12);
  return changed;
}

describe('the boxes of an AVIF file', () => {
  it.each([
    ['grey-limited', {}],
    ['clean-aperture', { crop: { left: 0, top: 0, width: 64, height: 41 } }],
    ['clean-aperture-inside', {}],
    ['turned', { turns: 1, mirror: 'left-right' }],
    ['animated', { sequence: true, height: 64 }],
  ])('say of %s how it is shown', (name, own) => {
    expect(readAvifLayout(file(name))).toEqual({ width: 96, height: 65, sequence: false, crop: undefined, turns: 0, mirror: undefined, ...own });
  });

  it.each(['turned', 'clean-aperture', 'animated'])('of %s that are cut anywhere, or have any of their bytes changed, end in words', (name) => {
    const whole = file(name);
    let failed = 0;
    const read = (bytes: Buffer): void => {
      try {
        readAvifLayout(bytes);
      } catch (error) {
        failed++;
        expect(error).not.toBeInstanceOf(RangeError);
        expect((error as Error).message).toMatch(/^(its boxes end too early|a box is shorter|it does not say)/);
      }
    };
    for (let length = 12; length < Math.min(whole.length, 1200); length++) {
      read(whole.subarray(0, length));
      for (const value of [0, 1, 0x7f, 0xff]) {
        const changed = Buffer.from(whole);
        changed[length] = value;
        read(changed);
      }
    }
    expect(failed).toBeGreaterThan(100);
  });
});

describe('an AVIF file', () => {
  it('whose first brand is that of all such pictures is read', async () => {
    const bytes = file('odd-height');
    bytes.write('mif1', 8, 'latin1');
    expect(await decodeImage(bytes, LIMITS)).toMatchObject({ width: 96, height: 65 });
  });

  it('that is larger than it says gets no more memory than it says, and the next one is read', async () => {
    const large = await sharp({ create: { width: 6000, height: 6000, channels: 3, background: '#863' } }).avif({ effort: 0 }).toBuffer();
    const lies = withSize(large, 16, 16);
    const before = process.memoryUsage().rss;
    await expect(decodeAvif(lies, readAvifLayout(lies))).rejects.toMatchObject({ code: 'picture-corrupt' });
    // Its frame alone has 6000 x 6000 x 1.5 bytes, its colours 6000 x 6000 x 4.
    expect(process.memoryUsage().rss - before).toBeLessThan(150e6);
    expect(await decodeImage(file('turned'), LIMITS)).toMatchObject({ width: 65, height: 96 });
  });

  it('is refused by its header where it has too many pixels', async () => {
    await expect(decodeImage(withSize(file('odd-height'), 20_000, 20_000), LIMITS)).rejects.toMatchObject({ code: 'picture-too-large' });
    await expect(decodeImage(withSize(file('animated'), 20_000, 20_000), LIMITS)).rejects.toMatchObject({ code: 'picture-too-large' });
  });

  it('that is large is read by libvips, whose colours differ only at edges', async () => {
    const bytes = await sharp({ create: { width: 4100, height: 4000, channels: 3, background: '#863' } }).avif({ effort: 0 }).toBuffer();
    const { width, height, pixels } = await decodeImage(bytes, LIMITS);
    expect([width, height, ...pixels.subarray(0, 3)].map((value, i) => Math.abs(value - [4100, 4000, 0x88, 0x66, 0x33][i]) <= 2)).toEqual([true, true, true, true, true]);
  });
});
