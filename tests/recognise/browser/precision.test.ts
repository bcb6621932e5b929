import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildResNet18 } from '../../../tools/model/build-resnet18';
import { calibrationImages } from '../../../tools/quantise/calibration-set';
import { DEFAULT_RECIPE } from '../../../tools/quantise/recipe';
import { deadLeaves } from '../../../tools/quantise/synthetic';
import { writeInt8 } from '../../../tools/quantise/write-int8';
import { serveBuilt, type Serving } from '../../../tools/serve';
import type { SpeedRecord } from '../../../src/recognise/page/model/speeds';
import { openApp, openBrowser, type Browsing } from '../../support/browser';
import { makeCameraVideo } from '../../support/camera-video';
import { SCRATCH } from '../../support/shared';
import { drawn } from '../../support/waits';
import { randomResNet18, writeSafetensors } from '../../support/weights';
import { withWorkerPrelude } from '../../support/worker-prelude';

/** A processor that is quick at int8, or one that is not: what times it (src/engine/int8-speed.ts) sees the one or the other. */
const processor = (quick: boolean): string => `{
  const real = WebAssembly.instantiate;
  WebAssembly.instantiate = async (source, ...others) => {
    const made = await real(source, ...others);
    if (!made.instance || Object.keys(made.instance.exports).join() !== 'run') return made;
    const dot = Array.from(source).join().includes('253,147,2');
    const run = () => {
      for (const end = performance.now() + (dot && ${!quick} ? 4 : 1); performance.now() < end; );
      return 0;
    };
    return { instance: { exports: { run } } };
  };
}`;

/** How much longer a run of our float kernels is made to take, in milliseconds. */
const SLOWER_MS = 330;

/** Our float kernels, which alone have Winograd's weights, are slowed down, so that int8 is the quicker. */
const SLOW_FLOATS = `{
  const real = WebAssembly.instantiate;
  WebAssembly.instantiate = async (...parts) => {
    const instance = await real(...parts);
    if (!instance.exports?.prepare_conv1) return instance;
    const exports = { ...instance.exports };
    let floats = false;
    exports.prepare_winograd4 = (...words) => {
      floats = true;
      instance.exports.prepare_winograd4(...words);
    };
    exports.run = (...words) => {
      const end = performance.now() + (floats ? ${SLOWER_MS} : 0);
      while (performance.now() < end);
      instance.exports.run(...words);
    };
    return { exports };
  };
}`;

/** The weights of int8 convolutions are put where nobody reads them. */
const SPOILT_INT8 = `{
  const real = WebAssembly.instantiate;
  WebAssembly.instantiate = async (...parts) => {
    const instance = await real(...parts);
    if (!instance.exports?.prepare_int8) return instance;
    return { exports: { ...instance.exports, prepare_int8: () => undefined } };
  };
}`;

/** A browser that refuses the opcode which the worker tries (src/engine/capabilities.ts). */
const NO_RELAXED_SIMD = `{
  const real = WebAssembly.validate;
  WebAssembly.validate = (bytes) => !Array.from(bytes).join().includes('253,128,2,11') && real(bytes);
}`;

/** As who has the file not yet fetches it. */
const INT8_PARTS = ['resnet18-int8.first.bin', 'resnet18-int8.rest.bin'];

const folder = join(SCRATCH, 'precision-models');
const video = join(SCRATCH, 'precision.mjpeg');

/** A network of random weights, in both precisions, and a video of nothing: no licence is needed for these. */
async function makeModels(): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  const images = join(folder, 'pictures');
  mkdirSync(images, { recursive: true });
  const leaves: Buffer[] = [];
  for (let i = 0; i < 3; i++) {
    const { data, width, height } = deadLeaves(i);
    leaves.push(await sharp(data, { raw: { width, height, channels: 4 } }).png().toBuffer());
    writeFileSync(join(images, `${i}.png`), leaves[i]);
  }
  const weights = join(folder, 'weights.safetensors');
  writeFileSync(weights, writeSafetensors(randomResNet18(21)));
  const float = await buildResNet18({ path: weights, source: 'random', licence: 'CC0-1.0' }, folder);
  const manifest = await writeInt8(folder, float, calibrationImages(images), DEFAULT_RECIPE);
  writeFileSync(join(folder, 'index.json'), JSON.stringify([manifest]));
  await makeCameraVideo(video, [{ image: leaves[0], seconds: 1 }]);
}

/** Recogniser workers that the page has ever started. */
function countWorkers(page: Page): () => number {
  let count = 0;
  page.on('worker', (worker) => {
    if (worker.url().includes('recogniser.worker')) count++;
  });
  return () => count;
}

const running = async (page: Page): Promise<string> => (await page.locator('header button[aria-haspopup]').textContent())?.trim() ?? '';

/** The choice of precision of the model that runs. */
const chosen = (page: Page) => page.locator('sg-model-picker li.runs').getByLabel('Precision');

async function records(page: Page): Promise<SpeedRecord[]> {
  const text = await page.evaluate(() => localStorage.getItem('sightglass.speeds'));
  return (JSON.parse(text ?? '[]') as [string, SpeedRecord][]).map(([, record]) => record);
}

/** Puts all files of the site's models where the app keeps them: nothing is timed by itself that would have to be fetched. */
async function keepAll(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const files = await caches.open('sightglass-files');
    const manifests = (await (await fetch('models/index.json')).json()) as { variants: { file: string; sha256: string }[] }[];
    for (const { file, sha256 } of manifests.flatMap(({ variants }) => variants)) {
      const url = new URL(`models/${file}`, location.href).href;
      await files.put(`${url}?sha256=${sha256}`, await fetch(url));
    }
  });
}

async function startCamera(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Start the camera' }).click();
  await page.locator('sg-label-list li').first().waitFor({ timeout: 30_000 });
}

/** Waits until so many more frames have been recognised: anything that is timed begins after the third (speed-trials.ts). */
async function answers(page: Page, count: number): Promise<void> {
  await page.evaluate(async (wanted) => {
    interface Recogniser {
      recognise(...parts: unknown[]): Promise<unknown>;
    }
    const { recogniser } = document.querySelector('sg-app') as unknown as { recogniser: Recogniser };
    const real = recogniser.recognise.bind(recogniser);
    await new Promise<void>((resolve) => {
      let seen = 0;
      recogniser.recognise = async (...parts) => {
        const answer = await real(...parts);
        if (++seen === wanted) resolve();
        return answer;
      };
    });
    Reflect.deleteProperty(recogniser, 'recognise');
  }, count);
}

/** What the status sheet says of int8. */
async function foundQuick(page: Page): Promise<string | null> {
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByRole('button', { name: 'What this device can do' }).click();
  const line = page.locator('sg-status-sheet li[data-capability="quick-integers"]:not([data-found="unknown"])');
  await line.waitFor();
  return line.getAttribute('data-found');
}

/**
 * Whether this machine's own processor is quick at bytes; undefined where that is not known. V8 takes AVX-VNNI's instruction; without it a dot
 * product is three, which take an Intel processor as long as 3 to 5 multiply-adds, and AMD's (Zen 4) 2.1 to 3.5: about where the app draws its line.
 */
function isQuick(): boolean | undefined {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  const processor = readFileSync('/proc/cpuinfo', 'utf8');
  if (/\bavx_vnni\b/.test(processor)) return true;
  return processor.includes('GenuineIntel') ? false : undefined;
}

describe('the quicker precision', () => {
  let serving: Serving;
  let browsing: Browsing | undefined;

  beforeAll(async () => {
    await makeModels();
    serving = await serveBuilt({ extra: { '/models': folder } });
  });
  afterAll(async () => {
    await browsing?.close();
    await serving?.close();
  });

  describe('where integers are', () => {
    let page: Page;
    let workers: () => number;

    beforeAll(async () => {
      browsing = await openBrowser({ video });
      ({ page } = browsing);
      await withWorkerPrelude(page, processor(false) + SLOW_FLOATS);
      workers = countWorkers(page);
      await openApp(page, serving.url);
    });
    afterAll(async () => {
      await browsing?.close();
      browsing = undefined;
    });

    it('shows labels with the first precision at once, then times both and takes the quicker', async () => {
      expect(await running(page)).toBe('ResNet-18 fp16');
      await drawn(page, 60);
      // Nothing is timed before a person has seen a label.
      expect(workers()).toBe(1);
      await keepAll(page);
      await startCamera(page);
      await expect.poll(() => running(page), { timeout: 60_000 }).toBe('ResNet-18 int8');
      const [record] = await records(page);
      expect(record.choice).toBe('int8');
      expect(record.speeds.map((s) => [s.precision, s.engine])).toEqual([['fp16', 'simd'], ['int8', 'simd']]);
      expect(record.speeds[0].ms).toBeGreaterThan(SLOWER_MS);
      expect(record.speeds[1].ms).toBeLessThan(record.speeds[0].ms);
      // The other worker went, and labels go on.
      expect(workers()).toBe(2);
      const alive = (): number => page.workers().filter((w) => w.url().includes('recogniser.worker')).length;
      await expect.poll(alive).toBe(1);
      await page.getByRole('button', { name: 'Show figures' }).click();
      const figure = async (key: string): Promise<string> => (await page.locator(`sg-live-stats dd[data-key="${key}"]`).textContent())?.trim() ?? '';
      await expect.poll(() => figure('engine')).toBe('own SIMD');
      await expect.poll(async () => parseFloat(await figure('inference'))).toBeLessThan(record.speeds[0].ms);
      await page.getByRole('button', { name: 'Show figures' }).click();
    });

    it('captures no frame while something is timed: it would be old by the time that it is recognised', async () => {
      const calls = await page.evaluate(async () => {
        interface Recogniser {
          recognise(...parts: unknown[]): Promise<unknown>;
          readonly trials: { readonly gate: { exclusive(work: () => Promise<void>): Promise<void> } };
        }
        const { recogniser } = document.querySelector('sg-app') as unknown as { recogniser: Recogniser };
        const real = recogniser.recognise.bind(recogniser);
        let seen = 0;
        let timed: Promise<void> | undefined;
        const counts = { during: -1, after: 0 };
        recogniser.recognise = async (...parts) => {
          seen++;
          const answer = await real(...parts);
          timed ??= recogniser.trials.gate.exclusive(async () => {
            const before = seen;
            await new Promise((resolve) => setTimeout(resolve, 700));
            counts.during = seen - before;
          });
          return answer;
        };
        while (!timed) await new Promise((resolve) => setTimeout(resolve, 20));
        await timed;
        const before = seen;
        while (seen < before + 3) await new Promise((resolve) => setTimeout(resolve, 20));
        counts.after = seen - before;
        Reflect.deleteProperty(recogniser, 'recognise');
        return counts;
      });
      expect(calls.during).toBe(0);
      expect(calls.after).toBeGreaterThanOrEqual(3);
    });

    it('shows what each takes', async () => {
      await page.locator('header button[aria-haspopup]').click();
      for (const [precision, engine] of [['fp16', 'own SIMD'], ['int8', 'own SIMD']]) {
        const text = await page.locator(`sg-model-picker .speed[data-precision="${precision}"]`).textContent();
        expect(text?.replace(/\s+/g, ' ')).toMatch(new RegExp(`\\d ms a picture on this device \\(${engine}\\)`));
      }
      expect(await chosen(page).inputValue()).toBe('auto');
      expect(await chosen(page).locator('option').first().textContent()).toBe('automatic (int8)');
      await page.keyboard.press('Escape');
    });

    it('keeps the choice over a reload, and times nothing again', async () => {
      await openApp(page, serving.url);
      const before = workers();
      await expect.poll(() => running(page)).toBe('ResNet-18 int8');
      await startCamera(page);
      await answers(page, 10);
      expect(workers()).toBe(before);
      expect(await running(page)).toBe('ResNet-18 int8');
    });

    it('gives way to a person, also after a reload', async () => {
      await page.locator('header button[aria-haspopup]').click();
      await chosen(page).selectOption('fp32');
      await expect.poll(() => running(page), { timeout: 30_000 }).toBe('ResNet-18 fp32');
      expect(await chosen(page).inputValue()).toBe('fp32');
      await openApp(page, serving.url);
      const before = workers();
      await expect.poll(() => running(page)).toBe('ResNet-18 fp32');
      await startCamera(page);
      await answers(page, 10);
      expect(await running(page)).toBe('ResNet-18 fp32');
      expect(workers()).toBe(before);
    });

    it('measures again on demand without taking the choice away, and takes the quicker one when told to', async () => {
      await page.locator('header button[aria-haspopup]').click();
      const [old] = await records(page);
      await page.getByRole('button', { name: 'Measure again' }).click();
      await expect.poll(async () => (await records(page))[0], { timeout: 60_000 }).not.toEqual(old);
      await page.getByRole('button', { name: 'Measure again' }).waitFor();
      const [record] = await records(page);
      expect(record.choice).toBe('int8');
      expect(await running(page)).toBe('ResNet-18 fp32');
      await chosen(page).selectOption('auto');
      await expect.poll(() => running(page), { timeout: 30_000 }).toBe('ResNet-18 int8');
    });

    it('is measured anew with another engine', async () => {
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Settings' }).click();
      await page.locator('sg-settings-sheet select[name=engine]').selectOption('ort');
      await expect.poll(async () => (await records(page)).length, { timeout: 60_000 }).toBe(2);
      const record = (await records(page))[1];
      expect(record.speeds.map((s) => s.engine)).toEqual(['ort', 'ort']);
      const [float, int8] = record.speeds;
      expect(record.choice).toBe(int8.ms <= float.ms * 0.9 ? 'int8' : float.precision);
    });
  });

  it.each([
    ['our integer kernels give a wrong number', SPOILT_INT8],
    ['there is no relaxed SIMD', NO_RELAXED_SIMD],
  ])('runs integers by onnxruntime-web where %s', async (_, prelude) => {
    browsing = await openBrowser({ video });
    const { page } = browsing;
    await withWorkerPrelude(page, processor(true) + prelude);
    await openApp(page, serving.url);
    await keepAll(page);
    await startCamera(page);
    await expect.poll(async () => (await records(page)).length, { timeout: 60_000 }).toBe(1);
    const [record] = await records(page);
    expect(record.speeds.map((s) => [s.precision, s.engine])).toEqual([['fp16', 'simd'], ['int8', 'ort']]);
    await page.locator('header button[aria-haspopup]').click();
    await chosen(page).selectOption('int8');
    await expect.poll(() => running(page), { timeout: 30_000 }).toBe('ResNet-18 int8');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Show figures' }).click();
    await expect.poll(() => page.locator('sg-live-stats dd[data-key="engine"]').textContent(), { timeout: 60_000 }).toContain('onnxruntime');
    await browsing.close();
    browsing = undefined;
  });

  it('is integers from the start where the processor is quick at them, and floats where these turn out quicker', async () => {
    browsing = await openBrowser({ video });
    const { page } = browsing;
    await withWorkerPrelude(page, processor(true));
    const fetched: string[] = [];
    page.on('request', (request) => fetched.push(request.url().split('/').at(-1)!));
    await openApp(page, serving.url);
    await expect.poll(() => running(page)).toBe('ResNet-18 int8');
    // Nothing but the int8 file was fetched for it, in its two parts.
    await expect.poll(() => fetched.filter((name) => name.endsWith('.bin')).length).toBe(2);
    expect(fetched.filter((name) => /\.(onnx|bin)$/.test(name))).toEqual(INT8_PARTS);
    await startCamera(page);
    // Nothing is fetched to be timed that nobody asked for; what it takes is said.
    await answers(page, 10);
    expect(fetched.filter((name) => /\.(onnx|bin)$/.test(name))).toEqual(INT8_PARTS);
    expect(await records(page)).toEqual([]);
    await page.locator('header button[aria-haspopup]').click();
    await page.getByRole('button', { name: /^Measure \(fetches 23\.\d MB\)$/ }).click();
    await page.keyboard.press('Escape');
    await expect.poll(async () => (await records(page)).length, { timeout: 60_000 }).toBe(1);
    const [{ speeds, choice }] = await records(page);
    expect(speeds.map((s) => [s.precision, s.engine])).toEqual([['fp16', 'simd'], ['int8', 'simd']]);
    expect(choice).toBe(speeds[1].ms <= speeds[0].ms * 0.9 ? 'int8' : 'fp16');
    await expect.poll(() => running(page)).toBe(`ResNet-18 ${choice}`);
    expect(await foundQuick(page)).toBe('yes');
    await browsing.close();
    browsing = undefined;
  });

  it.each([
    ['as it is', [], isQuick()],
    ['told to do without VNNI', ['--js-flags=--no-enable-avx-vnni --no-enable-avx-vnni-int8'], isQuick() === undefined ? undefined : false],
  ])('begins with what the real processor is quick at, %s', async (_, flags, known) => {
    browsing = await openBrowser({ video, flags });
    const { page } = browsing;
    await openApp(page, serving.url);
    const quick = (await foundQuick(page)) === 'yes';
    if (known !== undefined) expect(quick).toBe(known);
    await expect.poll(() => running(page), { timeout: 30_000 }).toBe(`ResNet-18 ${quick ? 'int8' : 'fp16'}`);
    await browsing.close();
    browsing = undefined;
  });

  it.each([
    [true, 'int8'],
    [false, 'fp16'],
  ])('is not looked for on a device with little memory: a processor that is quick at integers (%s) keeps %s', async (quick, first) => {
    browsing = await openBrowser({ video });
    const { page } = browsing;
    await withWorkerPrelude(page, processor(quick));
    await page.addInitScript(() => Object.defineProperty(Navigator.prototype, 'deviceMemory', { value: 2, configurable: true }));
    const workers = countWorkers(page);
    await openApp(page, serving.url);
    await keepAll(page);
    await startCamera(page);
    // The whole of the integers takes over from their first part, in a worker of its own; nothing else does.
    await expect.poll(workers).toBe(quick ? 2 : 1);
    await answers(page, 10);
    expect(workers()).toBe(quick ? 2 : 1);
    expect(await running(page)).toBe(`ResNet-18 ${first}`);
    expect(await records(page)).toEqual([]);
    await page.locator('header button[aria-haspopup]').click();
    expect(await page.getByRole('button', { name: /^Measure/ }).count()).toBe(0);
    await browsing.close();
    browsing = undefined;
  });
});
