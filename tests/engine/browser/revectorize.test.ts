// V8 can join two 128-bit operations into one of 256 (--wasm-revectorize), which our kernels are shaped for: the answers stay as they are, in blocks
// of 8 output channels and in those of 16 that are quicker then.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeModel } from '../../../src/engine/onnx/encode';
import { openHarness, serveHarness, type HarnessServing } from '../../../tools/harness/serve-harness';
import { runJoined } from '../../../tools/bench/joined/joined';
import { mobileNetV2 } from '../../../tools/networks/mobilenet-v2';
import { DIST } from '../../../tools/serve';
import type { HarnessLoad } from '../../../tools/harness/page';
import { modelIndex } from '../../../src/server/model-index';
import type { Browsing } from '../../support/browser';
import { SCRATCH } from '../../support/shared';
import { noise } from '../../support/weights';

const FOLDER = join(SCRATCH, 'revectorize');
const SIDE = 224;
const PICTURES = 3;
/** The optimising compiler alone, as only what it makes is joined. */
const COMPILED = '--no-liftoff';

/**
 * Put before our worker: the clock says of the loops that the engine times what is wanted, so that how busy the machine is decides nothing. The
 * module of the loop of 24 sums is the longer one.
 */
const decided = (joins: boolean): string => `
  const [instantiate, now] = [WebAssembly.instantiate, performance.now.bind(performance)];
  let more = 0;
  performance.now = () => {
    const time = now() + more;
    more = 0;
    return time;
  };
  WebAssembly.instantiate = async (code, imports) => imports || !(code instanceof Uint8Array) ? instantiate(code, imports)
    : { instance: { exports: { run: () => void (more = ${String(joins)} && code.length > 500 ? 5e4 : 1e5) } } };
`;

const has = (id: string, precision: string): boolean => existsSync(join(DIST, 'models')) && modelIndex(join(DIST, 'models')).some((m) => m.id === id && m.variants.some((v) => v.precision === precision));
const fileOf = (id: string, precision: string): string => modelIndex(join(DIST, 'models')).find((m) => m.id === id)?.variants.find((v) => v.precision === precision)?.file ?? '';
const networks = ([['resnet18', 'fp32'], ['resnet18', 'int8'], ['efficientnet-lite0', 'fp16'], ['efficientnet-lite0', 'int8']] as const).filter(([id, precision]) => has(id, precision));
if (networks.length < 4) console.warn('\n*** SKIPPED: part of the test of joined vectors needs dist/models of every kind (npm run model, npm run build). ***\n');

describe.skipIf(networks.length === 0)('kernels whose vectors V8 joins', () => {
  let serving: HarnessServing;
  let browsings: Browsing[] = [];
  /** Kernels that either browser got, with their status. */
  const fetched: string[][] = [[], []];

  beforeAll(async () => {
    mkdirSync(FOLDER, { recursive: true });
    for (let p = 0; p < PICTURES; p++) {
      const next = noise(p + 1);
      writeFileSync(join(FOLDER, `${p}.rgba`), Uint8Array.from({ length: SIDE * SIDE * 4 }, (_, i) => 128 + 90 * Math.sin(i / (17 + p)) + 37 * next()));
    }
    writeFileSync(join(FOLDER, 'mobilenet-v2.onnx'), encodeModel(mobileNetV2(1)));
    serving = await serveHarness({ extra: { '/revectorize': FOLDER } });
    browsings = await Promise.all([`--js-flags=${COMPILED}`, `--js-flags=${COMPILED} --wasm-revectorize`].map((flag) => openHarness(serving, { own: true, flags: [flag] })));
    for (const [i, { page }] of browsings.entries()) {
      page.on('response', (response) => void fetched[i].push(`${response.status()} ${basename(response.url())}`));
      await page.route('**/recogniser.worker-*.js?decided', async (route) => {
        const response = await route.fetch();
        await route.fulfill({ response, body: decided(i === 1) + (await response.text()) });
      });
    }
  });
  afterAll(async () => {
    for (const browsing of browsings) await browsing.close();
    await serving?.close();
  });

  /** In this run the engine asks for other kernels; within so many more both builds have had their turns. */
  const [ASKING, TURNS] = [12, 24];

  /** Every class's probability for each picture, in either browser, which is the same before the other build comes, while both take turns, and after. */
  function answers(load: Omit<HarnessLoad, 'workerUrl' | 'engine' | 'threads'>): Promise<number[][][]> {
    return Promise.all(browsings.map(async ({ page }, i) => {
      const loaded = await page.evaluate((wanted) => window.sightglassHarness.load(wanted), { ...load, workerUrl: `${serving.workerUrl}?decided`, engine: 'simd' as const, threads: 2 });
      expect(loaded).toMatchObject({ engine: 'simd', threads: 2 });
      const time = (runs: number): Promise<unknown> => page.evaluate((count) => window.sightglassHarness.time('', count), runs);
      const pictures = (): Promise<number[][]> => page.evaluate(async ([side, count]) => {
        const all: number[][] = [];
        for (let p = 0; p < count; p++) {
          const { top } = await window.sightglassHarness.recognisePixels(`/revectorize/${p}.rgba`, side, side, 1000);
          all.push(top.toSorted((a, b) => a.index - b.index).map(({ probability }) => probability));
        }
        return all;
      }, [SIDE, PICTURES] as const);
      const before = await pictures();
      await time(ASKING - PICTURES);
      if (i === 1) await expect.poll(() => fetched[1], { timeout: 20_000 }).toContainEqual(expect.stringMatching(/^200 kernels-joined-threads\b.*\.wasm$/));
      expect(await pictures()).toEqual(before);
      await time(TURNS);
      expect(await pictures()).toEqual(before);
      return before;
    }));
  }

  function same([apart, joined]: readonly number[][][]): void {
    expect(apart.map((values) => values.length)).toEqual(Array.from({ length: PICTURES }, () => 1000));
    expect(new Set(apart.map((values) => values.join())).size).toBe(PICTURES);
    expect(joined).toEqual(apart);
  }

  it.each(networks)('give the very same answers: %s in %s', async (modelId, precision) => {
    same(await answers({ modelId, precision }));
  });

  it('cost a browser that joins nothing no bytes', () => {
    expect(fetched[0].some((name) => name.includes(' kernels-relaxed'))).toBe(true);
    expect(fetched[0].filter((name) => name.includes('kernels-joined'))).toEqual([]);
  });

  it('give the very same scores in blocks of 16 output channels as in those of 8', { timeout: 120_000 }, async () => {
    const kernels = ['kernels-relaxed.wasm', 'kernels-joined.wasm'];
    // The worker compares every bit, and says where one differs.
    const { result } = await runJoined(networks.map(([id, precision]) => fileOf(id, precision)), kernels, 1, [`--js-flags=${COMPILED} --wasm-revectorize`]);
    expect(result.times.map((times) => times.map(({ length }) => length))).toEqual(networks.map(() => [1, 1]));
  });

  it('give the very same answers: MobileNetV2', async () => {
    const bytes = encodeModel(mobileNetV2(1));
    const file = { url: `${serving.url}revectorize/mobilenet-v2.onnx`, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex'), selfTest: undefined };
    const [modelId, precision] = networks[networks.length - 1];
    same(await answers({ modelId, precision, file }));
  });
});
