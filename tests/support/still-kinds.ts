import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { encodeBmp, type BmpKind } from './server/bmp';
import { ROOT } from './shared';
import { noise } from './weights';

const [WIDTH, HEIGHT] = [301, 226];

/** Waves with a little noise and sharp edges in strong colours: what chroma planes at half size blur most. */
function scene(channels: 1 | 2 | 3 | 4, width = WIDTH, height = HEIGHT): Sharp {
  const next = noise(width * 31 + channels);
  const data = Buffer.alloc(width * height * channels);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const block = (Math.floor(x / 23) + Math.floor(y / 19)) % 3;
      for (let c = 0; c < channels; c++, i++) {
        const alpha = c === channels - 1 && channels % 2 === 0;
        const wave = 120 + 70 * Math.sin(x / (13 + 9 * c)) * Math.cos(y / (17 + 4 * c)) + (block === c ? 60 : 0) + 6 * next();
        // From clear to opaque, with all faint steps in between.
        data[i] = alpha ? Math.min(255, Math.max(0, Math.round((x / width) * 300 - 20))) : Math.max(0, Math.min(255, wave));
      }
    }
  }
  return sharp(data, { raw: { width, height, channels } });
}

/** Sixteen bits a sample, as PNG; sharp would dither nothing, so the low bytes are full of detail. */
async function deep(channels: 1 | 3 | 4): Promise<Buffer> {
  const next = noise(channels);
  const data = new Uint16Array(WIDTH * HEIGHT * channels);
  for (let i = 0; i < data.length; i++) {
    const alpha = channels === 4 && i % 4 === 3;
    data[i] = alpha ? 65535 * Math.min(1, (Math.floor(i / 4) % WIDTH) / 200) : 32768 + 20000 * Math.sin(i / (90 + (i % channels) * 7)) + 9000 * next();
  }
  const raw = { width: WIDTH, height: HEIGHT, channels };
  return sharp(data, { raw }).toColourspace(channels === 1 ? 'grey16' : 'rgb16').png().toBuffer();
}

/** Puts a chunk behind a PNG's header (PNG specification, 5.3). */
function withChunk(png: Buffer, type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const chunk = Buffer.alloc(body.length + 8);
  chunk.writeUInt32BE(data.length);
  body.copy(chunk, 4);
  chunk.writeUInt32BE(crc32(body), 4 + body.length);
  return Buffer.concat([png.subarray(0, 33), chunk, png.subarray(33)]);
}

function gamma(value: number): Buffer {
  const data = Buffer.alloc(4);
  data.writeUInt32BE(Math.round(value * 100_000));
  return data;
}

/** A black and white PNG of one bit a pixel. */
function oneBit(): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(WIDTH);
  header.writeUInt32BE(HEIGHT, 4);
  header[8] = 1;
  const row = 1 + Math.ceil(WIDTH / 8);
  const rows = Buffer.alloc(row * HEIGHT);
  for (let i = 0; i < rows.length; i++) if (i % row !== 0) rows[i] = (i * 37 + Math.floor(i / row) * 11) & 255;
  const chunk = (type: string, data: Buffer): Buffer => withChunk(Buffer.alloc(33), type, data).subarray(33);
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]);
}

/** A small GIF of two images, the first smaller than its canvas and with a clear colour. */
async function animation(): Promise<Buffer> {
  const first = await scene(4, 120, 90).png().toBuffer();
  const second = await scene(4, 120, 90).negate({ alpha: false }).png().toBuffer();
  return sharp([first, second], { join: { animated: true } }).gif({ delay: 100 }).toBuffer();
}

/** Ways of writing BMP that programs have, by the name of the file. */
const BMP_KINDS: Readonly<Record<string, BmpKind>> = {
  'colour-24.bmp': { bits: 24 },
  'top-down-24.bmp': { bits: 24, topDown: true },
  'colour-32.bmp': { bits: 32 },
  'colour-555.bmp': { bits: 16 },
  'colour-565.bmp': { bits: 16, masks: [0xf800, 0x07e0, 0x001f, 0] },
  'palette-8.bmp': { bits: 8 },
  'palette-4.bmp': { bits: 4 },
  'palette-1.bmp': { bits: 1, topDown: true },
  'runs-8.bmp': { bits: 8, runs: true },
  'os2-8.bmp': { bits: 8, header: 12 },
  'v4-565.bmp': { bits: 16, header: 108, masks: [0xf800, 0x07e0, 0x001f, 0] },
  'v5-alpha.bmp': { bits: 32, header: 124, masks: [0xff0000, 0xff00, 0xff, 0xff000000] },
};

/**
 * Kinds of AVIF that sharp does not write: scenes as above of 96 x 65, by libavif's `avifenc -s 4 --min 20 --max 32` with `-y 400 -r limited`
 * (grey-limited), `-y 420` (odd-height), `-y 444 --clap 64,1,41,1,-16,1,-12,1` and `...,0,1,0,1` (clean-aperture, -inside), `-y 420 --irot 1
 * --imir 1` (turned), `-y 420 -d 10 -r limited` (ten-bits); `ffmpeg -f lavfi -i testsrc2=size=96x65:rate=5:duration=0.6 -c:v libaom-av1 -crf 30` (animated).
 * grey-large, 2400 x 1700, is blocks of 300 x 250 in turn black, white and waves, by `-s 8 --min 30 --max 45 -y 400 -r limited`.
 */
const AVIF_FOLDER = join(ROOT, 'tests/server/pictures');

/** All ways in which a still image may come: name to file, bytes of our own making. */
async function kinds(): Promise<Record<string, Buffer>> {
  const [colour, grey, greyAlpha, alpha] = [await scene(3).png().toBuffer(), await scene(1).png().toBuffer(), await scene(2).png().toBuffer(), await scene(4).png().toBuffer()];
  const made: Record<string, Buffer> = {
    'colour.png': colour,
    'interlaced.png': await sharp(colour).png({ progressive: true }).toBuffer(),
    'palette.png': await sharp(colour).png({ palette: true, colours: 64 }).toBuffer(),
    'palette-alpha.png': await sharp(alpha).png({ palette: true }).toBuffer(),
    'grey.png': await sharp(grey).toColourspace('b-w').png().toBuffer(),
    'grey-alpha.png': await sharp(greyAlpha).toColourspace('b-w').png().toBuffer(),
    'alpha.png': alpha,
    'one-bit.png': oneBit(),
    'sixteen-bit.png': await deep(3),
    'sixteen-bit-grey.png': await deep(1),
    'sixteen-bit-alpha.png': await deep(4),
    'gamma.png': withChunk(colour, 'gAMA', gamma(0.7)),
    'profile-p3.png': await sharp(colour).withIccProfile('p3').png().toBuffer(),
    'jpeg-444.jpg': await sharp(colour).jpeg({ quality: 90, chromaSubsampling: '4:4:4' }).toBuffer(),
    'jpeg-420.jpg': await sharp(colour).jpeg({ quality: 90, chromaSubsampling: '4:2:0' }).toBuffer(),
    'jpeg-420-low.jpg': await sharp(colour).jpeg({ quality: 40, chromaSubsampling: '4:2:0' }).toBuffer(),
    'jpeg-progressive.jpg': await sharp(colour).jpeg({ quality: 85, progressive: true, chromaSubsampling: '4:2:0' }).toBuffer(),
    'jpeg-grey.jpg': await sharp(grey).toColourspace('b-w').jpeg({ quality: 90 }).toBuffer(),
    'jpeg-p3.jpg': await sharp(colour).withIccProfile('p3').jpeg({ quality: 90, chromaSubsampling: '4:4:4' }).toBuffer(),
    'jpeg-cmyk.jpg': await sharp(colour).toColourspace('cmyk').jpeg({ quality: 95, chromaSubsampling: '4:4:4' }).toBuffer(),
    'jpeg-cmyk-profile.jpg': await sharp(colour).withIccProfile('cmyk').jpeg({ quality: 95, chromaSubsampling: '4:4:4' }).toBuffer(),
    'lossless.webp': await sharp(colour).webp({ lossless: true }).toBuffer(),
    'lossy.webp': await sharp(colour).webp({ quality: 80 }).toBuffer(),
    'alpha.webp': await sharp(alpha).webp({ quality: 80 }).toBuffer(),
    'p3.webp': await sharp(colour).withIccProfile('p3').webp({ quality: 80 }).toBuffer(),
    'still.gif': await sharp(colour).gif().toBuffer(),
    'animated.gif': await animation(),
    'colour-444.avif': await sharp(colour).avif({ quality: 80, chromaSubsampling: '4:4:4' }).toBuffer(),
    'colour-420.avif': await sharp(colour).avif({ quality: 60, chromaSubsampling: '4:2:0' }).toBuffer(),
    'alpha.avif': await sharp(alpha).avif({ quality: 80, chromaSubsampling: '4:4:4' }).toBuffer(),
  };
  for (let orientation = 2; orientation <= 8; orientation++) {
    made[`exif-${orientation}.jpg`] = await sharp(colour).withMetadata({ orientation }).jpeg({ quality: 90, chromaSubsampling: '4:4:4' }).toBuffer();
  }
  for (const name of readdirSync(AVIF_FOLDER)) made[name] = readFileSync(join(AVIF_FOLDER, name));
  const pixels = await scene(4).raw().toBuffer();
  for (const [name, kind] of Object.entries(BMP_KINDS)) made[name] = encodeBmp(pixels, WIDTH, HEIGHT, kind);
  made['exif-6.png'] = await sharp(colour).withMetadata({ orientation: 6 }).png().toBuffer();
  for (const orientation of [2, 3, 4, 5, 6, 7, 8]) made[`exif-${orientation}.webp`] = await sharp(colour).withMetadata({ orientation }).webp({ lossless: true }).toBuffer();
  return made;
}

/** Writes them into a folder. @returns their names */
export async function writeStillKinds(folder: string): Promise<string[]> {
  const made = await kinds();
  for (const [name, bytes] of Object.entries(made)) writeFileSync(join(folder, name), bytes);
  return Object.keys(made);
}
