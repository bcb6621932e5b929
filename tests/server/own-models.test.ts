import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ModelManifest } from '../../src/base/shared/model';
import { ownModelTail } from '../../src/base/shared/own-model';
import { OnnxType } from '../../src/engine/onnx/model';
import { TORCHVISION_PREPROCESSING, type ClassifierPorts } from '../../src/engine/index';
import type { LabelConfidence } from '../../src/server/job';
import { colourClassifier, node, type ClassifierOptions } from '../support/classifiers';
import { ROOT } from '../support/shared';
import { post, startService, type TestService } from '../support/server/service';

const PORTS: ClassifierPorts = { input: 'input', layout: 'nchw', numbers: 'float32', size: 64, scores: 'scores', answers: 'scores' };
const NAMES = ['rot', 'grün', 'blau'];

/** A model as the picker saves it, with what a person has set. */
function saved(options: ClassifierOptions, ports: Partial<ClassifierPorts> = {}, told: Partial<ModelManifest> = {}): Uint8Array {
  const manifest: ModelManifest = {
    id: 'device-1', name: 'Farben', architecture: 'classifier', licence: 'CC0-1.0', source: 'mine', classNames: NAMES,
    preprocessing: { ...TORCHVISION_PREPROCESSING, crop: 64, resize: 64, mean: [0, 0, 0], std: [1, 1, 1] }, ports: { ...PORTS, ...ports }, variants: [], ...told,
  };
  return Buffer.concat([colourClassifier({ shape: [1, 3, 64, 64], ...options }), ownModelTail(manifest)]);
}

const colour = (background: string): Promise<Buffer> => sharp({ create: { width: 80, height: 80, channels: 3, background } }).png().toBuffer();

describe('models that the app has saved, in the folder of models', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sightglass-own-'));
  let service: TestService;

  beforeAll(async () => {
    const bytes = { ...TORCHVISION_PREPROCESSING, crop: 64, resize: 64, mean: [0, 0, 0], std: [1 / 255, 1 / 255, 1 / 255] } as const;
    const files: Readonly<Record<string, Uint8Array>> = {
      farben: saved({}),
      verkehrt: saved({}, { colours: 'bgr' }),
      bytes: saved({ type: OnnxType.uint8, layout: 'nhwc', shape: [1, 64, 64, 3] }, { layout: 'nhwc', numbers: 'uint8' }, { preprocessing: bytes }),
      halves: saved({ type: OnnxType.float16 }, { numbers: 'float16' }),
      einzeln: saved({ after: [node('Sigmoid', ['raw'], ['scores'])] }, { answers: 'independent' }),
      fertig: saved({ after: [node('Softmax', ['raw'], ['scores'])] }, { answers: 'probabilities' }),
      ohne: saved({}, {}, { classNames: undefined }),
      '水果; ü': saved({}),
      // What they are not told of: no names, no numbers of a picture.
      fremd: colourClassifier(),
      kaputt: Buffer.from('no model'),
      // Pictures of another size than the network is said to take.
      schief: saved({}, { size: 32 }),
      'efficientnet-lite0': saved({}),
    };
    mkdirSync(folder, { recursive: true });
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, `${name}.onnx`), content);
    const models = join(ROOT, 'public/models');
    const manifest = JSON.parse(readFileSync(join(models, 'efficientnet-lite0.json'), 'utf8')) as ModelManifest;
    const [first] = manifest.variants;
    copyFileSync(join(models, first.file), join(folder, 'lite.onnx'));
    // What others put beside their models.
    const foreign = { config: '{"architectures": ["ResNet"], "id2label": {"0": "rot"}}', labels: '["rot", "grün"]', leer: '', further: '{"of": "lite", "variant": {"file": 7}}', nichts: 'null' };
    for (const [name, content] of Object.entries(foreign)) writeFileSync(join(folder, `${name}.json`), content);
    writeFileSync(join(folder, 'lite.json'), JSON.stringify({ ...manifest, variants: [{ ...first, file: 'lite.onnx' }] }));
    service = await startService({ models: folder, workers: 1 });
  });
  afterAll(async () => {
    await service.end();
    rmSync(folder, { recursive: true, force: true });
  });

  async function ask(model: string, background: string): Promise<LabelConfidence[]> {
    const response = await post(`${service.url}/predict?model=${encodeURIComponent(model)}&k=1000`, await colour(background));
    expect(response.status, await response.clone().text()).toBe(200);
    expect(response.headers.get('sightglass-model')).toMatch(new RegExp(`^${encodeURIComponent(model)}; precision=`));
    return (await response.json()) as LabelConfidence[];
  }

  it.each(['farben', 'bytes', 'halves', 'fertig', '水果; ü'])('answers with its own names: %s', async (model) => {
    const labels = await ask(model, '#ff0000');
    expect(labels.map(({ label }) => label).sort()).toEqual([...NAMES].sort());
    // Red has 8 and the others -4: exp(12) to 1.
    expect(labels[0].label).toBe('rot');
    expect(labels[0].confidence).toBeCloseTo(1 / (1 + 2 * Math.exp(-12)), 4);
    expect((await ask(model, '#0000ff'))[0].label).toBe('blau');
  });

  it('gives blue first where the model wants it so', async () => {
    expect((await ask('verkehrt', '#ff0000'))[0].label).toBe('blau');
  });

  it('gives each class a probability of its own behind a sigmoid', async () => {
    const labels = await ask('einzeln', '#ffffff');
    // White: 8 - 4 - 4 of each.
    for (const { confidence } of labels) expect(confidence).toBeCloseTo(0.5, 3);
  });

  it('calls classes without names by their numbers, never by ImageNet\'s names', async () => {
    expect((await ask('ohne', '#00ff00'))[0].label).toBe('class 1');
  });

  it('lists them, and tells of files that it cannot use', async () => {
    const { models } = (await (await fetch(`${service.url}/healthz`)).json()) as { models: { model: string; precision: string }[] };
    expect(models).toContainEqual({ model: 'farben', precision: 'fp32' });
    expect(models).toContainEqual({ model: 'efficientnet-lite0', precision: 'fp16' });
    expect(models.map(({ model }) => model)).not.toContain('fremd');
    expect(service.passedOver.map((words) => words.split(' was')[0])).toEqual([
      'config.json', 'further.json', 'labels.json', 'leer.json', 'nichts.json', 'efficientnet-lite0.onnx', 'fremd.onnx', 'kaputt.onnx', 'schief.onnx',
    ]);
    const why = (name: string): string => service.passedOver.find((words) => words.startsWith(`${name} `)) ?? '';
    expect(why('fremd.onnx')).toContain('save it from there');
    expect(why('config.json')).toContain('it is no manifest of a model');
    expect(why('leer.json')).toContain('JSON');
  });

  it('have as many classes, by the Open Inference Protocol, as their files said at the start', async () => {
    const classes = async (model: string): Promise<number> => ((await (await fetch(`${service.url}/v2/models/${model}`)).json()) as { outputs: { shape: number[] }[] }).outputs[0].shape[1];
    expect([await classes('farben'), await classes('ohne'), await classes('efficientnet-lite0')]).toEqual([3, 3, 1000]);
    // Not read again.
    renameSync(join(folder, 'halves.onnx'), join(folder, 'halves.away'));
    expect(await classes('halves')).toBe(3);
    renameSync(join(folder, 'halves.away'), join(folder, 'halves.onnx'));
  });

  it('is the one that answers where it is alone, or preferred', async () => {
    const preferred = await startService({ models: folder, workers: 1, model: 'farben' });
    try {
      const labels = (await (await post(`${preferred.url}/predict`, await colour('#00ff00'))).json()) as LabelConfidence[];
      expect(labels[0].label).toBe('grün');
    } finally {
      await preferred.end();
    }
  });

  it('says why a file that is preferred cannot be used', async () => {
    await expect(startService({ models: folder, workers: 1, model: 'fremd' })).rejects.toThrow('fremd.onnx was passed over: it does not say how it is fed and read');
  });
});
