import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { ROOT } from './shared';

/** A scene of one colour. */
export interface ColourScene {
  /** CSS colour. */
  readonly colour: string;
  readonly seconds: number;
}

const MEDIABUNNY = readFileSync(join(ROOT, 'node_modules/mediabunny/dist/bundles/mediabunny.min.cjs'), 'utf8');

/**
 * Makes a video file with the browser's own encoder (WebM with VP8, 320 x 240, 10 frames a second).
 * @param page shows a page of a secure address
 */
export async function makeVideo(page: Page, scenes: readonly ColourScene[]): Promise<Buffer> {
  await page.evaluate(`if (!globalThis.Mediabunny) {
    const module = { exports: {} }, exports = module.exports;
    ${MEDIABUNNY};
    globalThis.Mediabunny ??= module.exports;
  }`);
  const bytes = await page.evaluate(async (list) => {
    const rate = 10;
    const { BufferTarget, CanvasSource, Output, QUALITY_MEDIUM, WebMOutputFormat } = (globalThis as unknown as { Mediabunny: typeof import('mediabunny') }).Mediabunny;
    const target = new BufferTarget();
    const output = new Output({ format: new WebMOutputFormat(), target });
    const canvas = new OffscreenCanvas(320, 240);
    const context = canvas.getContext('2d')!;
    const source = new CanvasSource(canvas, { codec: 'vp8', quality: QUALITY_MEDIUM });
    output.addVideoTrack(source, { frameRate: rate });
    await output.start();
    let count = 0;
    for (const { colour, seconds } of list) {
      for (let i = 0; i < seconds * rate; i++, count++) {
        context.fillStyle = colour;
        context.fillRect(0, 0, 320, 240);
        await source.add(count / rate, 1 / rate);
      }
    }
    await output.finalize();
    return [...new Uint8Array(target.buffer!)];
  }, scenes);
  return Buffer.from(bytes);
}
