import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveBuilt, type Serving } from '../../../tools/serve';
import { violations } from '../../support/axe';
import { openApp, openBrowser, PHONE, watchErrors, type Browsing } from '../../support/browser';
import { makeCameraVideo } from '../../support/camera-video';
import { sidewaysScroll } from '../../support/layout';
import { knownImages, ROOT, SCRATCH } from '../../support/shared';

/** A mug and a panda, which the network knows, and a class of which nothing is taught. */
const [MUG, PANDA, ZEBRA] = [504, 388, 340];
const SECONDS = 4;

const what = 'The teaching test (a film of pictures that ResNet-18 knows)';
const images = knownImages(what);

function image(index: number): string {
  const found = images?.find((p) => p.index === index);
  if (!found) throw new Error(`There is no picture of class ${index}.`);
  return found.path;
}

/** Waits until the label shown first in a view is one that is wanted. */
async function untilLabel(page: Page, view: string, wanted: RegExp): Promise<void> {
  const first = page.locator(`${view} sg-label-list li .name`).first();
  const shown = async (): Promise<string> => (await first.textContent({ timeout: 5000 }).catch(() => ''))?.trim() ?? '';
  await expect.poll(shown, { interval: 50 }).toMatch(wanted);
}

const card = (page: Page, name: string): Locator => page.locator(`sg-thing-card[data-thing="${name}"]`);

async function addClass(page: Page, name: string): Promise<void> {
  const input = page.getByLabel('Name of a new thing');
  await input.fill(name);
  await input.press('Enter');
  await card(page, name).waitFor();
}

/** Holds the button down with the mouse until a class has so many examples. */
async function hold(page: Page, name: string, count: number): Promise<void> {
  const button = page.locator('sg-hold-button button');
  await button.hover();
  await page.mouse.down();
  await expect.poll(() => card(page, name).locator('sg-thumbnail').count(), { interval: 50 }).toBeGreaterThanOrEqual(count);
  await page.mouse.up();
}

/** Waits until what there is has been learned. */
async function learned(page: Page): Promise<void> {
  await page.locator('sg-training-report h2').waitFor();
  await page.locator('sg-teach-view .learning').waitFor({ state: 'detached', timeout: 60_000 });
}

describe.skipIf(!images)('teaching things of one\'s own', () => {
  const video = join(SCRATCH, 'teach.mjpeg');
  const exported = join(SCRATCH, 'things.json');
  let serving: Serving;
  let browsing: Browsing;
  let page: Page;
  const errors: string[] = [];

  beforeAll(async () => {
    await makeCameraVideo(video, [MUG, PANDA, ZEBRA].map((index) => ({ image: image(index), seconds: SECONDS })));
    serving = await serveBuilt();
    browsing = await openBrowser({ video, context: { viewport: PHONE, acceptDownloads: true } });
    page = browsing.page;
    watchErrors(page, errors);
    // The first start would time both precisions meanwhile, and a video does not wait.
    await page.addInitScript(() => {
      const key = 'sightglass.settings';
      if (localStorage.getItem(key) === null) localStorage.setItem(key, JSON.stringify({ precision: 'fp16' }));
    });
    await openApp(page, serving.url);
    await page.getByRole('link', { name: 'Teach' }).click();
  });
  afterAll(async () => {
    await browsing?.close();
    await serving?.close();
  });

  /** The step that is next, in words. */
  const step = async (): Promise<string> => (await page.locator('sg-teach-view .intro [aria-current=step]').textContent()) ?? '';

  it('says how, where nothing is taught', async () => {
    await page.getByRole('heading', { name: 'Teach it things of your own' }).waitFor();
    expect(await page.locator('sg-things-tools [data-action="export"]').count()).toBe(0);
    expect(await step()).toMatch(/Name a thing/);
    // The button that is explained is there, and leads to what comes before it.
    await page.locator('sg-hold-button').getByRole('button', { name: 'Hold to show it, once it has a name' }).click();
    expect(await page.getByLabel('Name of a new thing').evaluate((input) => input.matches(':focus'))).toBe(true);
    expect(await violations(page)).toEqual([]);
  });

  it('learns two things that the camera shows, and names them live at once', async () => {
    await addClass(page, 'My mug');
    expect(await step()).toMatch(/Start the camera below/);
    await page.locator('sg-teach-view').getByRole('button', { name: 'Start the camera' }).click();
    await expect.poll(step).toMatch(/Hold the button below/);
    await page.locator('sg-hold-button').getByRole('button', { name: 'Hold to show “My mug”' }).waitFor();
    await untilLabel(page, 'sg-teach-view', /coffee mug|cup/i);
    await hold(page, 'My mug', 6);
    await expect.poll(step).toMatch(/second thing/);
    // Steps that are done are one line, cut where it is too long.
    expect(await sidewaysScroll(page)).toEqual([]);
    await card(page, 'My mug').getByText(/^\d+ examples of 1 moment\. Show it once more/).waitFor();
    await addClass(page, 'Bamboo eater');
    expect(await step()).toMatch(/Now show the second thing/);
    await untilLabel(page, 'sg-teach-view', /giant panda/i);
    await hold(page, 'Bamboo eater', 6);
    await untilLabel(page, 'sg-teach-view', /Bamboo eater/);
    await untilLabel(page, 'sg-teach-view', /zebra/i);
    await untilLabel(page, 'sg-teach-view', /My mug/);
    await learned(page);
    expect(await page.locator('sg-teach-view .intro').count()).toBe(0);
    // Of one moment each nothing can be told: 13 of 13 frames, learned from their neighbours, would be 100 %.
    await page.locator('sg-training-report').getByText('Shown in one moment alone: “My mug”, “Bamboo eater”.').waitFor();
    expect(await page.locator('sg-training-report [data-key="accuracy"], sg-training-report table').count()).toBe(0);
    await page.locator('sg-teach-view .none-of-them svg.drawing').waitFor();
    expect(await violations(page)).toEqual([]);
  });

  it('marks them as one\'s own in the live view, and leaves the network\'s labels as they are', async () => {
    await page.getByRole('link', { name: 'Live' }).click();
    await untilLabel(page, 'sg-live-view', /My mug/);
    expect(await page.locator('sg-live-view sg-label-list li').first().getByRole('img', { name: 'Taught by you' }).count()).toBe(1);
    await untilLabel(page, 'sg-live-view', /zebra/i);
    expect(await page.locator('sg-live-view sg-label-list li').first().getByRole('img', { name: 'Taught by you' }).count()).toBe(0);
    await page.getByRole('link', { name: 'Teach' }).click();
  });

  it('takes added pictures, says which is none, deletes an example and takes that back', async () => {
    const mug = card(page, 'My mug');
    const panda = card(page, 'Bamboo eater');
    const count = (of: Locator): Promise<number> => of.locator('sg-thumbnail').count();
    const before = [await count(panda), await count(mug)];
    await panda.locator('input[type=file]').setInputFiles(new Array<string>(8).fill(image(PANDA)));
    await expect.poll(() => count(panda)).toBe(before[0] + 8);
    await expect.poll(() => mug.locator('input[type=file]').isEnabled()).toBe(true);
    await mug.locator('input[type=file]').setInputFiles([...new Array<string>(8).fill(image(MUG)), join(ROOT, 'package.json')]);
    await page.getByRole('alert').filter({ hasText: 'package.json cannot be read as a picture' }).waitFor();
    await page.getByRole('button', { name: 'Go on' }).click();
    await expect.poll(() => count(mug)).toBe(before[1] + 8);
    await card(page, 'My mug').getByText(`${before[1] + 8} examples of 9 moments`).waitFor();
    await expect.poll(() => page.locator('sg-training-report [data-key="accuracy"]').textContent().catch(() => ''), { timeout: 30_000 }).toMatch(/Of 18 held-out moments (1[5-8]) got the right name/);
    expect(await page.locator('sg-training-report tbody tr').count()).toBe(2);
    expect(await page.locator('sg-training-report [data-key=once]').count()).toBe(0);
    await mug.getByRole('button', { name: /^Delete example 1 of My mug/ }).click();
    await expect.poll(() => count(mug)).toBe(before[1] + 7);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => count(mug)).toBe(before[1] + 8);
  });

  it('cancels learning, keeping what is live', async () => {
    // Half a second after a change it learns again: the button is pressed as soon as it is there, however short that is.
    const cancelled = page.locator('sg-teach-view').evaluate(
      (view) =>
        new Promise<void>((resolve, reject) => {
          const root = view.shadowRoot!;
          const look = (): void => {
            const button = root.querySelector<HTMLButtonElement>('[data-action="cancel"]');
            if (!button) return;
            watch.disconnect();
            button.click();
            resolve();
          };
          const watch = new MutationObserver(look);
          watch.observe(root, { childList: true, subtree: true });
          setTimeout(() => {
            watch.disconnect();
            reject(new Error('It did not learn again within 30 s of a change.'));
          }, 30_000);
          look();
        }),
    );
    const mug = card(page, 'My mug');
    const before = await mug.locator('sg-thumbnail').count();
    // Not the first: what there is without that one may have been learned already, before it was had back.
    await mug.getByRole('button', { name: /^Delete example 2 of My mug/ }).click();
    await expect.poll(() => mug.locator('sg-thumbnail').count()).toBe(before - 1);
    await cancelled;
    await page.locator('sg-teach-view .learning').waitFor({ state: 'detached' });
    await untilLabel(page, 'sg-teach-view', /Bamboo eater|My mug/);
  });

  it('refuses a name that is taken, and gives another', async () => {
    const input = card(page, 'Bamboo eater').getByLabel('Name of the thing');
    await input.fill('my MUG');
    await input.press('Enter');
    await page.getByRole('alert').filter({ hasText: 'There is already a thing of that name' }).waitFor();
    await page.getByRole('button', { name: 'Go on' }).click();
    await input.fill('Panda');
    await input.press('Enter');
    await card(page, 'Panda').waitFor();
    await untilLabel(page, 'sg-teach-view', /^Panda$/);
  });

  it('writes a file of the things', async () => {
    const download = page.waitForEvent('download');
    await page.locator('sg-things-tools [data-action="export"]').click();
    await (await download).saveAs(exported);
    const file = JSON.parse(readFileSync(exported, 'utf8')) as { format: string; things: { name: string; examples: { features: string; picture?: string }[] }[] };
    expect(file.format).toBe('sightglass-things');
    expect(file.things.map((t) => t.name)).toEqual(['My mug', 'Panda']);
    expect(file.things[0].examples.every((e) => e.picture === undefined && e.features.length > 2700)).toBe(true);
  });

  it('still knows them after a reload', async () => {
    await page.reload();
    await page.locator('sg-thing-card').first().waitFor({ timeout: 60_000 });
    expect(await page.locator('sg-thing-card').count()).toBe(2);
    await page.getByRole('link', { name: 'Live' }).click();
    await page.getByRole('button', { name: 'Start the camera' }).first().click();
    await untilLabel(page, 'sg-live-view', /My mug/);
    await page.getByRole('link', { name: 'Teach' }).click();
  });

  it('deletes a thing and takes that back; deletes all, and gets all back from the file', async () => {
    await card(page, 'Panda').getByRole('button', { name: 'Delete Panda' }).click();
    await card(page, 'Panda').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Undo' }).click();
    await card(page, 'Panda').waitFor();
    await page.locator('sg-things-tools [data-action="delete-all"]').click();
    await expect.poll(() => page.locator('sg-thing-card').count()).toBe(0);
    await untilLabel(page, 'sg-teach-view', /giant panda/i);
    await page.locator('sg-things-tools input[type=file]').setInputFiles(exported);
    await card(page, 'Panda').waitFor();
    await card(page, 'My mug').waitFor();
    await untilLabel(page, 'sg-teach-view', /^Panda$/);
  });

  it('refuses a file that is none, in clear words, and keeps what there is', async () => {
    await page.locator('sg-things-tools input[type=file]').setInputFiles({ name: 'package.json', mimeType: 'application/json', buffer: Buffer.from('{"name":"x"}') });
    const alert = page.getByRole('alert').filter({ hasText: 'This is no file of taught things' });
    await alert.waitFor();
    expect(await alert.textContent()).toMatch(/not of things taught to Sightglass/);
    await page.getByRole('button', { name: 'Go on' }).click();
    expect(await page.locator('sg-thing-card').count()).toBe(2);
  });

  it('names nothing once that is switched off', async () => {
    await page.getByLabel('Name my things in the live picture').uncheck();
    await untilLabel(page, 'sg-teach-view', /giant panda/i);
    await page.getByLabel('Name my things in the live picture').check();
    await untilLabel(page, 'sg-teach-view', /^Panda$/);
  });

  it('names what was taught in floats when the network runs in integers, and takes further examples', async () => {
    const model = page.locator('header button[aria-haspopup]');
    expect((await model.textContent())?.trim()).toBe('ResNet-18 fp16');
    await model.click();
    await page.locator('sg-model-picker li.runs').getByLabel('Precision').selectOption('int8');
    await expect.poll(async () => (await model.textContent())?.trim(), { timeout: 30_000 }).toBe('ResNet-18 int8');
    await page.keyboard.press('Escape');
    await untilLabel(page, 'sg-teach-view', /^Panda$/);
    await untilLabel(page, 'sg-teach-view', /^My mug$/);
    await untilLabel(page, 'sg-teach-view', /zebra/i);
    expect(await page.getByText('were seen by another model').count()).toBe(0);
    const mug = card(page, 'My mug');
    const before = await mug.locator('sg-thumbnail').count();
    await mug.locator('input[type=file]').setInputFiles([image(MUG)]);
    await expect.poll(() => mug.locator('sg-thumbnail').count()).toBe(before + 1);
    await untilLabel(page, 'sg-teach-view', /^My mug$/);
  });

  it('had no errors', () => {
    expect(errors).toEqual([]);
  });
});
