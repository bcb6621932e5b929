import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createEngine, encodeModel, foldResNet18, Preprocessor, readSafetensors, resnet18Onnx, softmax, topK, TORCHVISION_PREPROCESSING,
} from '../../../src/engine/index';
import { serveBuilt, type Serving } from '../../../tools/serve';
import { openBrowser, watchErrors, type Browsing } from '../../support/browser';
import { productionBuild } from '../../support/production-build';
import { ROOT, sharedImages, sharedWeights } from '../../support/shared';
import { noise, randomResNet18 } from '../../support/weights';

const [WIDTH, HEIGHT] = [480, 360];
/** Largest difference of a score, in the largest one, that float32 sums in another order, and fused ones, may make. */
const TOLERANCE = 1e-4;

interface Answer {
  readonly threads: number;
  readonly top: readonly { readonly index: number; readonly probability: number }[];
  readonly scores: readonly number[];
}

/** What a page would write that knows nothing of this app. */
const RECOGNISE = `
  import { createEngine, Preprocessor, softmax, topK, TORCHVISION_PREPROCESSING } from '@sightglass/engine';
  export async function recognise(model, { data, width, height }, threads) {
    const engine = await createEngine(model, { threads });
    new Preprocessor(TORCHVISION_PREPROCESSING).run(data, width, height, engine.input);
    const { logits } = await engine.run();
    const answer = { threads: engine.threads, top: topK(softmax(logits), 5), scores: Array.from(logits) };
    engine.dispose();
    return answer;
  }`;
const FETCH = `
  import { recognise } from './recognise.js';
  export async function recognisePicture(threads) {
    const bitmap = await createImageBitmap(await (await fetch('/picture.png')).blob());
    const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
    context.drawImage(bitmap, 0, 0);
    const model = new Uint8Array(await (await fetch('/model.onnx')).arrayBuffer());
    return recognise(model, context.getImageData(0, 0, bitmap.width, bitmap.height), threads);
  }`;
/** This server's pages enforce Trusted Types: as a site that does so would, page and worker say that their own scripts are good. */
const POLICY = `
  trustedTypes.createPolicy('default', { createScriptURL: (url) => (new URL(url, location.href).origin === location.origin ? url : undefined) });`;
const WORKER = `${POLICY}
  import { recognisePicture } from './fetch.js';
  self.addEventListener('message', async ({ data }) => {
    self.postMessage(await recognisePicture(data).catch((error) => ({ problem: String(error) })));
  });`;
const PAGE = `${POLICY}
  import { recognisePicture } from './fetch.js';
  window.inPage = recognisePicture;
  window.inWorker = (threads) => new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
    worker.addEventListener('message', ({ data }) => (data.problem ? reject(new Error(data.problem)) : resolve(data)));
    worker.addEventListener('error', (event) => reject(new Error(event.message)));
    worker.postMessage(threads);
  });`;
const NODE = `
  import { readFileSync } from 'node:fs';
  import { recognise } from './recognise.js';
  const [, , threads, width, height] = process.argv.map(Number);
  const picture = { data: readFileSync('picture.rgba'), width, height };
  console.log(JSON.stringify(await recognise(readFileSync('public/model.onnx'), picture, threads)));`;
const TYPES = `
  import { createEngine, EngineError, type Engine, type OnnxModel, decodeModel } from '@sightglass/engine';
  export async function run(bytes: Uint8Array): Promise<Float32Array> {
    const engine: Engine = await createEngine(bytes, { threads: 2 });
    const model: OnnxModel = decodeModel(bytes);
    if (model.graph.nodes.length === 0) throw new EngineError('model-invalid', 'empty');
    // @ts-expect-error: this is no number
    await createEngine(bytes, { threads: 'two' });
    return (await engine.run()).logits;
  }`;

declare global {
  interface Window {
    inPage(threads: number): Promise<Answer>;
    inWorker(threads: number): Promise<Answer>;
  }
}

function run(command: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}:\n${stdout}\n${stderr}`);
  return stdout;
}

/** Packs a folder as npm would publish it. @returns the tarball's path */
function pack(folder: string, into: string, ...options: string[]): string {
  const [{ filename }] = JSON.parse(run('npm', ['pack', '--json', '--silent', '--pack-destination', into, ...options], folder)) as [{ filename: string }];
  return join(into, filename);
}

/** A package's dependencies and what these need, as they are installed here. */
function dependenciesOf(folder: string, found = new Set<string>()): Set<string> {
  const { dependencies = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { dependencies?: Record<string, string> };
  for (const name of Object.keys(dependencies)) {
    const inside = join(ROOT, 'node_modules', name);
    if (!found.has(inside)) dependenciesOf(inside, found.add(inside));
  }
  return found;
}

function modelAndImage(): { model: Uint8Array; image: Sharp } {
  const weights = sharedWeights('recognising a real picture with the packed engine');
  const path = sharedImages('recognising a real picture with the packed engine')?.[0].path;
  const tensors = weights === undefined ? new Map(Object.entries(randomResNet18(7))) : readSafetensors(readFileSync(weights));
  const model = encodeModel(resnet18Onnx(foldResNet18(tensors)));
  if (path !== undefined) return { model, image: sharp(path) };
  const next = noise(4);
  const bytes = Buffer.from(Uint8Array.from({ length: WIDTH * HEIGHT * 3 }, (_, i) => 128 + 90 * Math.sin(i / (17 + (i % 3))) + 37 * next()));
  return { model, image: sharp(bytes, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } }) };
}

describe('the packed engine, in a project that has nothing of this app', () => {
  let project: string;
  let size: { readonly width: number; readonly height: number };
  let wanted: Pick<Answer, 'top' | 'scores'>;
  let serving: Serving;
  let browsing: Browsing;
  const errors: string[] = [];

  beforeAll(async () => {
    project = mkdtempSync(join(tmpdir(), 'sightglass-package-'));
    const engine = join(ROOT, 'src/engine');
    // Its dependencies come from here as well: npm asks no registry.
    // A step of its own, as .npmrc keeps npm from running scripts by itself.
    run('npm', ['run', '--silent', 'build'], engine);
    const tarballs = [pack(engine, project), ...[...dependenciesOf(engine)].map((folder) => pack(folder, project, '--ignore-scripts'))];
    const files = {
      'package.json': '{ "private": true, "type": "module" }', 'index.html': '<!doctype html><link rel="icon" href="data:," /><script type="module" src="./page.js"></script>',
      'recognise.js': RECOGNISE, 'fetch.js': FETCH, 'worker.js': WORKER, 'page.js': PAGE, 'node.js': NODE, 'types.mts': TYPES,
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(project, name), text);
    run('npm', ['install', '--offline', '--no-audit', '--no-fund', '--ignore-scripts', ...tarballs], project);
    const { model, image } = modelAndImage();
    mkdirSync(join(project, 'public'));
    writeFileSync(join(project, 'public/model.onnx'), model);
    await image.clone().removeAlpha().toColourspace('srgb').png().toFile(join(project, 'public/picture.png'));
    const { data, info } = await sharp(join(project, 'public/picture.png')).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
    size = info;
    writeFileSync(join(project, 'picture.rgba'), data);
    const own = await createEngine(model, { threads: 1 });
    new Preprocessor(TORCHVISION_PREPROCESSING).run(data, info.width, info.height, own.input);
    const { logits } = await own.run();
    wanted = { top: topK(softmax(logits), 5), scores: Array.from(logits) };
    own.dispose();
    await productionBuild({ root: project, configFile: false, logLevel: 'error' });
    serving = await serveBuilt({ folder: join(project, 'dist') });
    browsing = await openBrowser();
    watchErrors(browsing.page, errors);
    await browsing.page.goto(serving.url);
    await browsing.page.waitForFunction(() => 'inWorker' in window);
  });

  afterAll(async () => {
    await browsing.close();
    await serving.close();
    rmSync(project, { recursive: true, force: true });
  });

  function expectAnswer({ threads, top, scores }: Answer, wantedThreads: number): void {
    expect(threads).toBe(wantedThreads);
    expect(top.map(({ index }) => index)).toEqual(wanted.top.map(({ index }) => index));
    const largest = Math.max(...wanted.scores.map(Math.abs));
    const worst = Math.max(...wanted.scores.map((score, i) => Math.abs(score - scores[i])));
    expect(scores).toHaveLength(1000);
    expect(worst / largest).toBeLessThan(TOLERANCE);
  }

  it.each([1, 2])('recognises a picture in a worker in Chromium, on %i threads', async (threads) => {
    expectAnswer(await browsing.page.evaluate((count) => window.inWorker(count), threads), threads);
    expect(errors).toEqual([]);
  });

  it('recognises it in the page itself, which may not wait for threads: on one', async () => {
    expectAnswer(await browsing.page.evaluate(() => window.inPage(2)), 1);
    expect(errors).toEqual([]);
  });

  it.each([1, 2])('recognises it in plain Node, on %i threads', (threads) => {
    const answer = run(process.execPath, ['node.js', String(threads), String(size.width), String(size.height)], project);
    expectAnswer(JSON.parse(answer) as Answer, threads);
  });

  it('has types that a strict project can use', () => {
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    run(process.execPath, [tsc, '--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022', '--lib', 'es2023,dom', 'types.mts'], project);
  });
});
