import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp from 'sharp';

/*
 * Videos whose frames carry their number: five columns of blocks, black or white. The upper two rows hold the number's ten bits,
 * the lower two rows the opposite of each, so that an image that is torn, mixed or badly encoded gives no number at all.
 */
const COLUMNS = 5;
const ROWS = 4;
const BITS = 10;
/** Numbers from 0 to below this. */
export const NUMBERS = 2 ** BITS;

function isWhite(number: number, block: number): boolean {
  const bit = ((number >> block % BITS) & 1) === 1;
  return block < BITS ? bit : !bit;
}

/** The number in the mean brightness of each block, row by row; undefined where it is none. */
function numberOf(blocks: ArrayLike<number>): number | undefined {
  let number = 0;
  for (let bit = 0; bit < BITS; bit++) {
    const [straight, opposite] = [blocks[bit], blocks[bit + BITS]];
    if (Math.abs(straight - opposite) < 128) return undefined;
    if (straight > opposite) number += 1 << bit;
  }
  return number;
}

/** A frame with its number. */
async function numberedImage(number: number, width: number, height: number): Promise<Buffer> {
  const small = Buffer.from(Array.from({ length: COLUMNS * ROWS }, (_, block) => (isWhite(number, block) ? 235 : 20)));
  const raw = { width: COLUMNS, height: ROWS, channels: 1 as const };
  return sharp(small, { raw }).resize(width, height, { kernel: 'nearest', fit: 'fill' }).toColourspace('srgb').jpeg({ quality: 85 }).toBuffer();
}

/** Writes a video for Chromium's fake camera (MJPEG, 30 frames a second, played in a loop) of frames 0, 1, 2 ... */
export async function makeNumberedVideo(path: string, frames: number, width = 640, height = 480): Promise<void> {
  if (frames > NUMBERS) throw new Error(`There are only ${NUMBERS} numbers.`);
  await writeOnce(path, async () => {
    const images: Buffer[] = [];
    for (let number = 0; number < frames; number++) images.push(await numberedImage(number, width, height));
    return images;
  });
}

/** Videos are always the same: one that is there is taken. */
async function writeOnce(path: string, images: () => Promise<readonly Buffer[]>): Promise<void> {
  if (existsSync(path)) return;
  mkdirSync(dirname(path), { recursive: true });
  // Whoever is cut off leaves no half a video under its name.
  const part = `${path}.${process.pid}`;
  writeFileSync(part, Buffer.concat(await images()));
  renameSync(part, path);
}

/** As makeNumberedVideo, with noise that moves: an encoder has nothing to save, and the video gets as large as it may. */
export async function makeNoisyNumberedVideo(path: string, frames: number, width = 640, height = 480): Promise<void> {
  await writeOnce(path, () => noisyImages(frames, width, height));
}

async function noisyImages(frames: number, width: number, height: number): Promise<Buffer[]> {
  const noise = await sharp({ create: { width: width * 2, height, channels: 3, background: '#000', noise: { type: 'gaussian', mean: 0, sigma: 24 } } })
    .toColourspace('b-w').raw().toBuffer();
  const images: Buffer[] = [];
  const grey = Buffer.alloc(width * height);
  for (let number = 0; number < frames; number++) {
    for (let at = 0; at < grey.length; at++) {
      const block = Math.floor(Math.floor(at / width) / (height / ROWS)) * COLUMNS + Math.floor((at % width) / (width / COLUMNS));
      const n = noise[(at + number * 997) % noise.length];
      grey[at] = isWhite(number, block) ? 235 - n : 20 + n;
    }
    images.push(await sharp(grey, { raw: { width, height, channels: 1 } }).toColourspace('srgb').jpeg({ quality: 70 }).toBuffer());
  }
  return images;
}

/** A frame of a video as ffmpeg decodes it. */
export interface NumberedFrame {
  /** Presentation time, microseconds. */
  readonly timeUs: number;
  /** Undefined where the image carries none. */
  readonly number: number | undefined;
}

/**
 * All frames of a video, decoded with ffmpeg.
 * @param crop part of the image that carries the number, as ffmpeg's filter has it: `w:h:x:y`
 * @throws Error where ffmpeg finds the file broken
 */
export function numberedFrames(video: Buffer, crop?: string): NumberedFrame[] {
  const folder = mkdtempSync(join(tmpdir(), 'sightglass-film-'));
  const file = join(folder, 'film');
  try {
    writeFileSync(file, video);
    const strict = ['-v', 'error', '-err_detect', 'explode'];
    const times = execFileSync('ffprobe', [...strict, '-select_streams', 'v:0', '-show_entries', 'frame=pts_time', '-of', 'csv=p=0', file], { encoding: 'utf8' });
    const stamps = times.split('\n').filter((line) => line.trim() !== '').map((line) => Math.round(parseFloat(line) * 1e6));
    const scale = `${crop === undefined ? '' : `crop=${crop},`}scale=${COLUMNS}:${ROWS}:flags=area:out_range=full,format=gray`;
    const pixels = execFileSync('ffmpeg', [...strict, '-xerror', '-i', file, '-vf', scale, '-fps_mode', 'passthrough', '-enc_time_base', '1:1000', '-f', 'rawvideo', '-'], { maxBuffer: 2 ** 30 });
    const size = COLUMNS * ROWS;
    if (pixels.length !== stamps.length * size) throw new Error(`ffmpeg gave ${pixels.length / size} pictures and ${stamps.length} times.`);
    return stamps.map((timeUs, i) => ({ timeUs, number: numberOf(pixels.subarray(i * size, (i + 1) * size)) }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The number in a still image. */
export async function numberInImage(image: Buffer): Promise<number | undefined> {
  const { data, info } = await sharp(image).toColourspace('b-w').raw().toBuffer({ resolveWithObject: true });
  const middle = (block: number): number => {
    const x = Math.floor(((block % COLUMNS) + 0.5) * (info.width / COLUMNS));
    const y = Math.floor((Math.floor(block / COLUMNS) + 0.5) * (info.height / ROWS));
    return data[y * info.width + x];
  };
  return numberOf(Array.from({ length: COLUMNS * ROWS }, (_, block) => middle(block)));
}
