import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import pixelmatch from 'pixelmatch';
import sharp from 'sharp';
import { ROOT, SCRATCH } from './shared';

const FOLDER = join(ROOT, 'tests/app/browser/snapshots');
/** What was drawn where it is not as it was: beside the test's other scratch files. */
const FAILED = join(SCRATCH, 'snapshots');
const ABOUT = join(FOLDER, 'about.json');

/** Colours that differ by less are one (pixelmatch's OKLab distance); what is smoothed at an edge never counts. */
const ALIKE = 0.1;
/** A square of the image, pixels, and how many in it may differ: an icon that is gone is more. */
const SQUARE = 64;
const FEW = 40;
/** Elsewhere drawn letters have other edges and widths: images are compared in squares of this side, by their mean colour. */
const COARSE = 8;
const COARSE_ALIKE = 0.12;
/** Share of such squares that may differ. */
const COARSE_SHARE = 0.06;

/** Where the snapshots were made. */
interface About {
  readonly chromium: string;
  /** SHA-256 of letters as this browser draws them: fonts, hinting and version in one. */
  readonly letters: string;
}

interface Pixels {
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
}

async function pixels(png: Buffer, width?: number): Promise<Pixels> {
  const image = sharp(png).ensureAlpha();
  if (width !== undefined) image.resize({ width, kernel: 'cubic', fastShrinkOnLoad: false });
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

/** Says what differs, in words; undefined where they are alike. */
export async function difference(expected: Buffer, actual: Buffer, strict: boolean): Promise<{ words: string; png: Buffer } | undefined> {
  const full = await pixels(expected);
  const width = strict ? undefined : Math.round(full.width / COARSE);
  const [before, after] = [await pixels(expected, width), await pixels(actual, width)];
  if (before.width !== after.width || before.height !== after.height) {
    return { words: `${after.width} x ${after.height} pixels, not ${before.width} x ${before.height}`, png: actual };
  }
  const output = Buffer.alloc(before.data.length);
  const options = strict ? { threshold: ALIKE, windowSize: SQUARE } : { threshold: COARSE_ALIKE, includeAA: true };
  const count = pixelmatch(before.data, after.data, output, before.width, before.height, options);
  const most = strict ? FEW : Math.round(COARSE_SHARE * before.width * before.height);
  if (count <= most) return undefined;
  const png = await sharp(output, { raw: { width: before.width, height: before.height, channels: 4 } }).png().toBuffer();
  return { words: strict ? `${count} pixels differ in a square of ${SQUARE}` : `${count} of ${before.width * before.height} squares differ`, png };
}

/** Compares what is drawn with the images under tests/app/browser/snapshots; `npm run tool -- snapshots` makes them anew. */
export class Snapshots {
  readonly #update = process.env['SIGHTGLASS_SNAPSHOTS'] === 'update';
  #strict = true;

  /** Finds out whether letters are drawn here as where the snapshots were made. */
  async begin(context: BrowserContext): Promise<void> {
    const about: About = { chromium: context.browser()?.version() ?? '', letters: await this.#letters(context) };
    if (this.#update) {
      rmSync(FOLDER, { recursive: true, force: true });
      mkdirSync(FOLDER, { recursive: true });
      writeFileSync(ABOUT, `${JSON.stringify(about, undefined, 2)}\n`);
      return;
    }
    const known = JSON.parse(readFileSync(ABOUT, 'utf8')) as About;
    this.#strict = known.letters === about.letters;
    if (this.#strict) return;
    console.warn(
      `\nSnapshots are compared coarsely: they were made with Chromium ${known.chromium}, this is ${about.chromium}` +
        ', and letters are drawn otherwise here (version, fonts or hinting). npm run tool -- snapshots makes them anew.\n',
    );
  }

  /** @returns what differs, '' for nothing */
  async compare(page: Page, name: string): Promise<string> {
    const actual = await page.screenshot({ animations: 'disabled', caret: 'hide', scale: 'css' });
    const path = join(FOLDER, `${name}.png`);
    if (this.#update) {
      writeFileSync(path, await sharp(actual).png({ compressionLevel: 9, effort: 10 }).toBuffer());
      return '';
    }
    if (!existsSync(path)) return `there is no snapshot ${name}: npm run tool -- snapshots`;
    const different = await difference(readFileSync(path), actual, this.#strict);
    if (!different) return '';
    mkdirSync(FAILED, { recursive: true });
    writeFileSync(join(FAILED, `${name}.actual.png`), actual);
    writeFileSync(join(FAILED, `${name}.difference.png`), different.png);
    return `${name}: ${different.words} (tests/.tmp/snapshots; npm run tool -- snapshots where it is meant to be so)`;
  }

  async #letters(context: BrowserContext): Promise<string> {
    const page = await context.newPage();
    await page.setContent(
      [400, 600, 650].map((weight) => `<p style='font: ${weight} ${12 + weight / 50}px ${FONT}'>Sightglass 87% “Aa” 识别 帧 延迟</p>`).join(''),
    );
    const { data } = await pixels(await page.screenshot({ clip: { x: 0, y: 0, width: 480, height: 200 } }));
    await page.close();
    return createHash('sha256').update(data).digest('hex');
  }
}

/** The fonts that .ci/run installs: those of the system would be others on each machine. */
export const FONT = '"Noto Sans", "Noto Sans CJK SC", sans-serif';
