import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it, vi } from 'vitest';
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
    ['grey-limited', { grey: true }],
    ['grey-large', { grey: true, width: 2400, height: 1700 }],
    ['clean-aperture', { aperture: true, crop: { left: 0, top: 0, width: 64, height: 41 } }],
    ['clean-aperture-inside', { aperture: true }],
    ['turned', { turns: 1, mirror: 'left-right' }],
    ['animated', { sequence: true, height: 64 }],
  ])('say of %s how it is shown', (name, own) => {
    expect(readAvifLayout(file(name))).toEqual({ width: 96, height: 65, sequence: false, grey: false, aperture: false, crop: undefined, turns: 0, mirror: undefined, ...own });
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

/** A box of a type, with what is in it. */
function box(type: string, ...inside: readonly Buffer[]): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + Buffer.concat(inside).length);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, ...inside]);
}

describe('the notices of the AVIF decoder', () => {
  it('are of the versions that it has', () => {
    const folder = join(ROOT, 'node_modules/@jsquash/avif');
    const code = readFileSync(join(folder, 'codec/dec/avif_dec.wasm'), 'latin1');
    const versions = [
      `@jsquash/avif ${(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }).version}`,
      `libavif ${/Version: v(\S+)/.exec(readFileSync(join(folder, 'codec/dec/Readme.md'), 'utf8'))?.[1]}`,
      `libaom ${/AOMedia Project AV1 Decoder v([\d.]+)/.exec(code)?.[1]}`,
    ];
    for (const path of ['src/server/avif/NOTICES.txt', 'SECURITY.md']) {
      const text = readFileSync(join(ROOT, path), 'utf8');
      for (const version of versions) expect(text, path).toContain(version);
    }
  });
});

describe('an AVIF file of empty boxes', () => {
  const empty = Array.from({ length: 6000 }, () => box('free'));
  it.each([
    ['one after another', [...empty, ...empty]],
    ['within others', [...empty, box('moov', box('trak', ...empty))]],
  ])('%s is refused once it has too many', (_, boxes) => {
    expect(() => readAvifLayout(Buffer.concat([file('turned'), ...boxes]))).toThrow('it has more than 10000 boxes');
  });

  it('is read where it has some', () => {
    expect(readAvifLayout(Buffer.concat([file('turned'), ...empty]))).toMatchObject({ width: 96, height: 65 });
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
    // Nothing but libavif reads sequences, and it takes more memory and time than libvips.
    await expect(decodeImage(withSize(file('animated'), 5000, 4000), LIMITS)).rejects.toMatchObject({ code: 'picture-too-large', message: expect.stringContaining('5000 x 4000') as string });
  });

  it('that is grey is read as browsers do it where it is large too: limited grey from black to white', async () => {
    const { width, height, pixels, pixelBytes } = await decodeImage(file('grey-large'), LIMITS);
    expect([width, height]).toEqual([2400, 1700]);
    // The middles of the first block, black, and of the next, white.
    expect([150, 450].map((x) => pixels[pixelBytes * (125 * width + x)])).toEqual([0, 255]);
  });

  it('has a decoder and memory of its own, so that it leaves nothing to the next one', async () => {
    await decodeImage(file('turned'), LIMITS);
    const { Instance } = WebAssembly;
    const made = vi.spyOn(WebAssembly, 'Instance').mockImplementation(function (code, imports) {
      return new Instance(code, imports);
    });
    for (const name of ['turned', 'animated']) await decodeImage(file(name), LIMITS);
    expect(made).toHaveBeenCalledTimes(2);
    made.mockRestore();
  });

  it('that is large is read by libvips, whose colours differ only at edges', async () => {
    const bytes = await sharp({ create: { width: 4100, height: 4000, channels: 3, background: '#863' } }).avif({ effort: 0 }).toBuffer();
    const { width, height, pixels } = await decodeImage(bytes, LIMITS);
    expect([width, height, ...pixels.subarray(0, 3)].map((value, i) => Math.abs(value - [4100, 4000, 0x88, 0x66, 0x33][i]) <= 2)).toEqual([true, true, true, true, true]);
  });
});
