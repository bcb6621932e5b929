import sharp from 'sharp';
import type { Region } from '../engine/index';
import { decodeAvif } from './avif/decode';
import { type AvifLayout, readAvifLayout } from './avif/layout';
import { decodeBmp, readBmpHeader } from './bmp';
import { imageType } from './image-type';
import { messageOf, Problem } from './problem';

/** A decoded image, upright, or some of its columns. */
export interface DecodedImage {
  /** RGB, or RGBA where the image has alpha, row after row. */
  readonly pixels: Uint8Array;
  readonly pixelBytes: 3 | 4;
  /** Pixels of the whole image. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
  /** The part that `pixels` holds; all of it if left out. */
  readonly available?: Region;
}

export interface DecodeLimits {
  /** Largest width x height. */
  readonly maxPixels: number;
  /** Seconds that the decoder may take. */
  readonly seconds: number;
}

/** The only loaders that stay on: libvips knows SVG, TIFF and more, none of which may ever see a stranger's bytes. */
const LOADERS = ['Jpeg', 'Png', 'Webp', 'Nsgif', 'Heif'].map((name) => `VipsForeignLoad${name}Buffer`);

/** Switches libvips in this process to what is needed here: few loaders, one thread an image, no cache of strangers' images. */
export function restrictDecoder(): void {
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({ operation: LOADERS });
  sharp.concurrency(1);
  sharp.cache(false);
}

/** Words of libvips that say nothing. */
const EMPTY_WORDS = /^(source: bad seek to \d+|Input buffer has corrupt header:?|Unknown error)$/i;

/** libvips' words without its module names and repeats. */
function reason(error: unknown): string {
  const lines = messageOf(error).split('\n');
  const words = lines.map((line) => line.replace(/^(Input buffer has corrupt header: )?(Vips\w+|\w+2vips|\w+load(_\w+)?|heif|pngload|webp2vips): /i, '').trim());
  const telling = [...new Set(words.map((line) => line.replace(/^Input buffer has corrupt header: /, '').replace(/\.$/, '')))].filter((line) => line !== '' && !EMPTY_WORDS.test(line));
  return telling.join('; ') || 'its data is damaged or ends too early';
}

/**
 * A canvas keeps colours multiplied by their alpha; reading them back divides again. The network must see the same
 * colours as in the page: clear pixels are black, faint ones lose some bits. libwebp, which multiplies while it decodes,
 * rounds down; Chromium's other decoders round to the nearest.
 */
function throughPremultiplication(pixels: Uint8Array, multiplied: (value: number) => number): void {
  for (let i = 0; i < pixels.length; i += 4) {
    const alpha = pixels[i + 3];
    if (alpha === 255) continue;
    for (let c = i; c < i + 3; c++) pixels[c] = alpha === 0 ? 0 : Math.min(255, Math.round((multiplied((pixels[c] * alpha) / 255) * 255) / alpha));
  }
}

/**
 * Cyan, magenta, yellow and black to colours by Chromium's plain formula for images whose profile is left aside:
 * colour = (1 - ink) (1 - black). In place; the fourth byte becomes 255.
 */
function inksToColours(pixels: Uint8Array): void {
  for (let i = 0; i < pixels.length; i += 4) {
    const light = 255 - pixels[i + 3];
    for (let c = i; c < i + 3; c++) pixels[c] = Math.floor(((255 - pixels[c]) * light) / 255);
    pixels[i + 3] = 255;
  }
}

/** @throws Problem `picture-too-large` */
function checkSize(width: number, height: number, { maxPixels }: DecodeLimits): void {
  if (width * height > maxPixels) throw new Problem('picture-too-large', `The picture has ${width} x ${height} pixels; at most ${maxPixels} in all are decoded.`);
}

function decodeBmpImage(bytes: Uint8Array, limits: DecodeLimits): DecodedImage {
  const header = readBmpHeader(bytes);
  const { width, height } = header;
  checkSize(width, height, limits);
  const pixels = decodeBmp(bytes, header);
  throughPremultiplication(pixels, Math.round);
  return { pixels, pixelBytes: 4, width, height };
}

/** Pixels of an AVIF picture up to which it is decoded as browsers do it; in larger ones colours at edges do not outlive the resize, and libheif takes a third of the time. */
const MOST_BY_LIBAVIF = 4_000_000;
/**
 * The same of those that libheif shows otherwise at any size: it takes limited grey for full, cuts to clean apertures that browsers leave aside, and
 * reads no sequences. What they take of memory and time at this size stands in docs/service.md (peaks).
 */
const MOST_BY_LIBAVIF_ALONE = 16_000_000;

/** @returns undefined where libvips is to decode it */
async function decodeAvifImage(bytes: Uint8Array, limits: DecodeLimits): Promise<DecodedImage | undefined> {
  let layout: AvifLayout;
  try {
    layout = readAvifLayout(bytes);
  } catch (error) {
    throw new Problem('picture-corrupt', `The picture's header cannot be read: ${reason(error)}.`, { cause: error });
  }
  const { width, height, sequence, grey, aperture } = layout;
  checkSize(width, height, limits);
  if (width * height > (sequence || grey || aperture ? MOST_BY_LIBAVIF_ALONE : MOST_BY_LIBAVIF)) {
    if (!sequence) return undefined;
    throw new Problem('picture-too-large', `The animation has ${width} x ${height} pixels; of animated AVIF at most ${MOST_BY_LIBAVIF_ALONE} in all are decoded.`, {
      next: 'Reduce it, or send one picture of it.',
    });
  }
  const image = await decodeAvif(bytes, layout);
  throughPremultiplication(image.pixels, Math.round);
  return { ...image, pixelBytes: 4 };
}

/**
 * Decodes an image as the page does a still one (createImageBitmap with `imageOrientation: 'from-image'` and
 * `colorSpaceConversion: 'none'`): turned upright by its EXIF orientation, numbers untouched by any colour profile,
 * the first image of an animation. Pixels are Chromium's own to the last bit, faint ones to 1 of 255; only AVIF differs, whose
 * colours libyuv rounds in another way (tests/server/browser/service-parity.test.ts). The header is read, and its size checked, before any pixel is decoded.
 *
 * @param wanted which part of an image of so many pixels is wanted: other columns may be left out. Rows never are, as damage in them has to be seen.
 * @throws Problem `no-picture`, `unsupported-type`, `picture-too-large`, `picture-corrupt` or `timed-out`
 */
export async function decodeImage(bytes: Uint8Array, limits: DecodeLimits, wanted?: (width: number, height: number) => Region): Promise<DecodedImage> {
  const type = await imageType(bytes);
  if (type === 'image/bmp') return decodeBmpImage(bytes, limits);
  const avif = type === 'image/avif' ? await decodeAvifImage(bytes, limits) : undefined;
  if (avif) return avif;
  const options = { failOn: 'error', ignoreIcc: true, sequentialRead: true } as const;
  let hasAlpha: boolean;
  let fourInks: boolean;
  let whole: { readonly width: number; readonly height: number };
  try {
    const header = await sharp(bytes, { ...options, limitInputPixels: false }).metadata();
    hasAlpha = header.hasAlpha;
    fourInks = header.space === 'cmyk';
    checkSize(header.width, header.height, limits);
    whole = header.autoOrient;
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem('picture-corrupt', `The picture's header cannot be read: ${reason(error)}.`, { cause: error });
  }
  try {
    const image = sharp(bytes, { ...options, limitInputPixels: limits.maxPixels }).timeout({ seconds: limits.seconds });
    image.autoOrient();
    if (fourInks) image.pipelineColourspace('cmyk').toColourspace('cmyk');
    // A fourth byte that says nothing costs a pass over all pixels, and another one where they are read.
    else if (hasAlpha) image.toColourspace('srgb').ensureAlpha();
    else image.toColourspace('srgb').removeAlpha();
    const columns = wanted?.(whole.width, whole.height);
    const available = { ...whole, ...(columns ? { x: columns.x, width: columns.width } : { x: 0 }), y: 0 };
    if (available.width < whole.width) image.extract({ left: available.x, top: 0, width: available.width, height: whole.height });
    const { data } = await image.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
    if (fourInks) inksToColours(data);
    else if (hasAlpha) throughPremultiplication(data, type === 'image/webp' ? Math.floor : Math.round);
    return { pixels: data, pixelBytes: fourInks || hasAlpha ? 4 : 3, ...whole, available };
  } catch (error) {
    const words = reason(error);
    if (/timeout/i.test(words)) throw new Problem('timed-out', `The picture was not decoded within ${limits.seconds} s.`, { cause: error });
    throw new Problem('picture-corrupt', `The picture cannot be decoded: ${words}.`, { cause: error });
  }
}
