import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { violations } from '../../support/axe';
import { openApp, PHONE } from '../../support/browser';
import { withCanvasCameras } from '../../support/canvas-camera';
import { ownPages } from '../../support/own-pages';

const pages = ownPages(false);
let page: Page;

interface Frame {
  readonly left: string;
  readonly top: string;
  readonly width: string;
  readonly height: string;
}

/** Opens the app, which notes each way of a label that it draws, and starts its camera. */
async function start(reducedMotion: 'reduce' | 'no-preference'): Promise<void> {
  page = await pages.open({ context: { viewport: PHONE, reducedMotion } });
  await withCanvasCameras(page, [{ deviceId: 'rear', label: 'Rear camera', facingMode: 'environment' }]);
  await page.addInitScript(() => {
    localStorage.setItem('sightglass.settings', JSON.stringify({ precision: 'int8', certainty: 0 }));
    const traced: unknown[] = [];
    Object.assign(globalThis, { traced });
    const animate = Object.getOwnPropertyDescriptor(Element.prototype, 'animate')?.value as Element['animate'];
    Element.prototype.animate = function (frames, options) {
      if (this.matches('.trace')) traced.push(frames);
      return animate.call(this, frames, options);
    };
  });
  await openApp(page, pages.url);
  await page.getByRole('button', { name: 'Start the camera' }).click();
  await page.locator('sg-live-view sg-label-list li').first().waitFor();
}

const traced = (): Promise<Frame[][]> => page.evaluate(() => (globalThis as unknown as { traced: Frame[][] }).traced);
/** Shows something else, each time another. */
const change = (time: number): Promise<unknown> =>
  page.evaluate((at) => (globalThis.canvasCameras.rectangle = { x: 60 * (at % 5), y: 40 * (at % 3), width: 300 - 40 * (at % 4), height: 480 - 90 * (at % 5) }), time);
const first = (): Promise<string | null> => page.locator('sg-live-view sg-label-list li .name').first().textContent();

describe('a label', () => {
  it('comes from the square: its outline runs into the row, anew for another thing', async () => {
    await start('no-preference');
    await expect.poll(async () => (await traced()).length).toBeGreaterThan(0);
    const [[from, to]] = await traced();
    const [stage, reticle, row] = await Promise.all(
      ['sg-camera-stage', '.reticle', 'sg-label-list li'].map((part) => page.locator(`sg-live-view ${part}`).first().boundingBox()),
    );
    if (!stage || !reticle || !row) throw new Error('There is no picture with a label.');
    const at = ({ left, width }: Frame): number[] => [parseFloat(left), parseFloat(width)];
    expect(at(from)).toEqual([expect.closeTo(reticle.x - stage.x, 0), expect.closeTo(reticle.width, 0)]);
    expect(at(to)).toEqual([expect.closeTo(row.x - stage.x, 0), expect.closeTo(row.width, 0)]);
    expect(parseFloat(to.top)).toBeGreaterThan(parseFloat(from.top));
    const [before, seen] = [(await traced()).length, await first()];
    // A network from a seed may call two scenes alike: further ones are shown until it does not.
    let scenes = 0;
    const another = async (): Promise<boolean> => {
      await change(++scenes);
      return (await first()) !== seen && (await traced()).length > before;
    };
    await expect.poll(another, { interval: 2000, timeout: 60_000 }).toBe(true);
  });

  it('has a word beside its colour', async () => {
    await start('reduce');
    const row = page.locator('sg-live-view sg-label-list li').first();
    const seen = async (): Promise<unknown> => row.evaluate((element) => {
      const share = parseFloat(element.querySelector('.share')?.lastChild?.textContent ?? '') / 100;
      return [element.getAttribute('data-sureness'), element.querySelector('small')?.textContent, share >= 0.8 ? 'sure' : share >= 0.5 ? 'likely' : 'perhaps'];
    });
    await expect.poll(async () => new Set((await seen()) as string[]).size).toBe(1);
    // Two words to whoever hears or copies it.
    expect((await row.locator('.share').textContent())?.trim()).toMatch(/^(?:sure|likely|perhaps) [\d.]+\s?%$/u);
    expect(await page.locator('sg-live-view sg-label-list li small').count()).toBe(1);
    expect(await violations(page)).toEqual([]);
  });

  it('is simply there where the system asks for less motion', async () => {
    await start('reduce');
    const seen = await first();
    await change(1);
    await expect.poll(first).not.toBe(seen);
    expect(await traced()).toEqual([]);
  });
});
