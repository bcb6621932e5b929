import { describe, expect, it } from 'vitest';
import { createEngine, fillSelfTestInput } from '../../../src/engine/index';
import { createOrtEngine } from '../../../src/engine/ort';
import { changedManifest, changedOrigins, type ModelDraft } from '../../../src/recognise/shared/model-draft';
import { freeName, isTaken, namedFor } from '../../../src/recognise/shared/model-names';
import { adoptModelFiles, reopenModel } from '../../../src/recognise/worker/adopt-model';
import { colourClassifier, node, numbers, type ClassifierOptions } from '../../support/classifiers';
import { randomResNet, writeSafetensors } from '../../support/weights';

const config = (value: object, name = 'preprocessor_config.json'): File => new File([JSON.stringify(value)], name);
const read = async (...files: File[]): Promise<ModelDraft> => (await adoptModelFiles(files, () => undefined)).draft;
const onnx = (options: ClassifierOptions = {}): File => new File([colourClassifier(options)], 'mine.onnx');

const SEVEN = randomResNet(3, 7);
const sevenFile = (name: string, has = (_: string): boolean => true): File =>
  new File([writeSafetensors(Object.fromEntries(Object.entries(SEVEN).filter(([key]) => has(key)).map(([key, tensor]) => [`model.backbone.${key}`, tensor])))], name);
/** A zip with one stored file of one byte in it. */
const zip = (entry: string): Uint8Array<ArrayBuffer> => {
  const file = Buffer.from(entry);
  const head = Buffer.alloc(30);
  head.writeUInt32LE(0x04034b50);
  head.writeUInt32LE(1, 18);
  head.writeUInt32LE(1, 22);
  head.writeUInt16LE(file.length, 26);
  const listed = Buffer.alloc(46);
  listed.writeUInt32LE(0x02014b50);
  listed.writeUInt16LE(8, 10);
  listed.writeUInt32LE(1, 20);
  listed.writeUInt16LE(file.length, 28);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(31 + file.length, 16);
  return new Uint8Array(Buffer.concat([head, file, Buffer.of(0), listed, file, end]));
};

const VIT = { image_processor_type: 'ViTImageProcessor', do_normalize: true, image_mean: [0.5, 0.5, 0.5], image_std: [0.5, 0.5, 0.5], resample: 2, size: { height: 224, width: 224 } };

describe('a file', () => {
  it.each(['seven.safetensors', 'seven.pt', 'seven.onnx', 'pytorch_model.bin'])('is what is in it, whatever it is called: %s', async (name) => {
    // Without its classifier, as no answer is worked out then.
    const { manifest } = await read(sevenFile(name, (key) => !key.startsWith('fc.')));
    expect(manifest.ports?.answers).toBe('features');
    expect(manifest.name).toBe(name.replace(/\.\w+$/u, ''));
  });

  it.each<[string, File, string]>([
    ['is empty', new File([], 'mine.onnx'), 'mine.onnx is empty'],
    ['is empty weights', new File([], 'mine.pth'), 'mine.pth is empty'],
    ['is a zip of pictures that is called a model', new File([zip('a/b.jpg')], 'mine.onnx'), 'none of torch.save'],
    ['is a zip with a model in it', new File([zip('model.onnx')], 'mine.pt'), 'unpack it and choose that file'],
    ['is a text', new File(['cat\ndog\n'], 'mine.onnx'), 'no ONNX model'],
    ['is TensorFlow\'s', new File(['x'], 'mine.tflite'), 'mine.tflite is neither an .onnx file'],
  ])('that %s is refused with what to do', async (_, file, words) => {
    await expect(read(file)).rejects.toThrow(words);
  });

  it('of weights runs with pictures of other sides too, on own kernels as on onnxruntime', async () => {
    const { draft, model } = await adoptModelFiles([sevenFile('seven.safetensors')], () => undefined);
    expect([draft.open.size, draft.origins.size, draft.manifest.preprocessing.crop]).toEqual([true, 'assumed', 224]);
    expect(draft.manifest.architecture).toBe('resnet18');
    const manifest = changedManifest(draft.manifest, { preprocessing: { crop: 97, resize: 110 } });
    const answers = await Promise.all([createEngine, createOrtEngine].map(async (start) => {
      const engine = await start(model, { threads: 1, ...(manifest.ports ? { ports: manifest.ports } : {}) });
      fillSelfTestInput(engine.input);
      expect(engine.input).toHaveLength(3 * 97 * 97);
      const { logits } = await engine.run();
      engine.dispose();
      expect(logits).toHaveLength(7);
      return logits.slice();
    }));
    const [own, ort] = answers;
    const largest = Math.max(...ort.map(Math.abs));
    own.forEach((v, i) => expect(Math.abs(v - ort[i]) / largest).toBeLessThan(5e-5));
  });

  it('of weights has the side of a configuration beside it, and then no known answer of another', async () => {
    const { manifest, origins } = await read(sevenFile('seven.safetensors'), config({ image_size: 160 }, 'config.json'));
    expect(origins.size).toBe('file');
    expect([manifest.architecture, manifest.ports?.size, manifest.variants[0].selfTest]).toEqual(['classifier', 160, undefined]);
    expect(manifest.kernels).toEqual({ runs: true, features: 512 });
  });
});

describe('what is said of a model file', () => {
  it('is assumed where nothing tells it, and the size alone is the file\'s', async () => {
    const { origins, open } = await read(onnx());
    expect(origins).toEqual({
      size: 'file', resize: 'assumed', interpolation: 'assumed', normalisation: 'assumed', colours: 'assumed', layout: 'file', scores: 'file', answers: 'assumed',
    });
    expect(open).toEqual({ size: false, layout: false, scores: false });
  });

  it('is assumed of weights whose network the app makes, the size too', async () => {
    const backbone = Object.fromEntries(Object.entries(randomResNet(1, 3)).filter(([name]) => !name.startsWith('fc.')));
    const { origins } = await read(new File([writeSafetensors(backbone)], 'mine.safetensors'));
    expect(origins).toMatchObject({ size: 'assumed', normalisation: 'assumed', interpolation: 'assumed' });
  });

  it('is the file\'s where its graph tells it', async () => {
    const inside = { before: [node('Sub', ['input', 'm'], ['c']), node('Div', ['c', 's'], ['n'])], initializers: [numbers('m', [1, 3, 1, 1], [0.4, 0.4, 0.4]), numbers('s', [1, 3, 1, 1], [0.2, 0.2, 0.2])] };
    const softmax = { after: [node('Softmax', ['raw'], ['scores'])] };
    expect((await read(onnx({ ...inside, ...softmax }))).origins).toMatchObject({ normalisation: 'file', answers: 'file', resize: 'assumed' });
  });

  it('is a configuration\'s where else what a batch norm has seen tells it, and the graph\'s where that is certain', async () => {
    const norm = (input: string): ReturnType<typeof node> => node('BatchNormalization', [input, 'g', 'o', 'm', 'v'], ['n']);
    const seen = (mean: number, variance: number): ClassifierOptions['initializers'] => [
      numbers('g', [3], [1, 1, 1]), numbers('o', [3], [0, 0, 0]), numbers('m', [3], [mean, mean, mean]), numbers('v', [3], [variance, variance, variance]), numbers('bytes', [], [255]),
    ];
    const small = { before: [norm('input')], initializers: seen(0.48, 0.05) };
    const alone = await read(onnx(small));
    expect([alone.manifest.preprocessing.mean, alone.origins.normalisation, alone.normalisesItself]).toEqual([[0, 0, 0], 'file', true]);
    const told = await read(onnx(small), config(VIT));
    expect([told.manifest.preprocessing.mean, told.manifest.preprocessing.std, told.origins.normalisation, told.normalisesItself]).toEqual([VIT.image_mean, VIT.image_std, 'file', false]);
    // A configuration of the side alone tells nothing of it.
    expect((await read(onnx(small), config({ image_size: 160 }, 'config.json'))).manifest.preprocessing.mean).toEqual([0, 0, 0]);
    const divided = { before: [node('Div', ['input', 'bytes'], ['d']), norm('d')], initializers: seen(0.48, 0.05) };
    for (const bytes of [divided, { before: [norm('input')], initializers: seen(120, 3300) }]) {
      const { manifest, normalisesItself } = await read(onnx(bytes), config(VIT));
      expect([manifest.preprocessing.std[0], normalisesItself]).toEqual([1 / 255, true]);
    }
  });

  it('is the file\'s where a configuration beside it tells it, and what that leaves out is assumed', async () => {
    const all = await read(onnx(), config({ ...VIT, do_center_crop: true, crop_size: { height: 224, width: 224 }, size: { shortest_edge: 248 }, resample: 3 }));
    expect(all.origins).toMatchObject({ resize: 'file', interpolation: 'file', normalisation: 'file', colours: 'file' });
    expect(all.manifest.preprocessing).toMatchObject({ resize: 248, interpolation: 'bicubic', mean: [0.5, 0.5, 0.5] });
    expect(all.unmet).toEqual([]);
    // Of a network with pictures of another size: the share of the shorter side that the square has is what holds.
    const larger = await read(onnx(), config({ ...VIT, do_center_crop: true, crop_size: { height: 384, width: 384 }, size: { shortest_edge: 432 } }));
    expect(larger.manifest.preprocessing).toMatchObject({ crop: 224, resize: 252 });
    const { image_mean: _, resample: __, ...less } = VIT;
    const some = await read(onnx(), config(less));
    expect(some.origins).toMatchObject({ resize: 'file', interpolation: 'assumed', normalisation: 'assumed', colours: 'file' });
    // What nothing says is as torchvision has it, not plain numbers from 0 to 1.
    expect(some.manifest.preprocessing.mean).toEqual([0.485, 0.456, 0.406]);
  });

  it('tells what a configuration asks for that is not there: a picture made square or with a border, and other filters', async () => {
    expect((await read(onnx(), config(VIT))).unmet).toEqual(['squeezed']);
    // Bytes by 127.5, less 1: that is -1 to 1, where the mean is 0 and the deviation 1.
    const offset = await read(onnx(), config({ ...VIT, image_mean: [0, 0, 0], image_std: [1, 1, 1], do_rescale: true, rescale_factor: 1 / 127.5, rescale_offset: true }));
    expect(offset.manifest.preprocessing).toMatchObject({ mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] });
    expect((await read(onnx(), config({ ...VIT, rescale_factor: 1 / 255 }))).manifest.preprocessing).toMatchObject({ mean: VIT.image_mean, std: VIT.image_std });
    const timm = (crop_mode: string): File => config({ pretrained_cfg: { input_size: [3, 224, 224], crop_pct: 0.9, crop_mode } }, 'config.json');
    for (const [mode, unmet] of [['center', []], ['squash', ['squeezed']], ['border', ['bordered']]] as const) expect((await read(onnx(), timm(mode))).unmet).toEqual(unmet);
    const lanczos = await read(onnx(), config({ ...VIT, resample: 1, do_center_crop: true, crop_size: 224, size: 256 }));
    expect(lanczos.unmet).toEqual(['filter']);
    expect(lanczos.manifest.preprocessing.interpolation).toBe('bicubic');
  });

  it('tells from problem_type how the scores are read', async () => {
    const several = await read(onnx(), config({ problem_type: 'multi_label_classification' }, 'config.json'));
    expect(several.origins.answers).toBe('file');
    expect(several.manifest.ports?.answers).toBe('independent-scores');
    const single = await read(onnx(), config({ problem_type: 'single_label_classification' }, 'config.json'));
    expect(single.origins.answers).toBe('file');
    expect(single.manifest.ports?.answers).toBe('scores');
    expect(single.unread).toEqual([]);
  });

  it.each([
    ['names', "{0: 'cat', 1: \"it's\", 2: 'bird'}", "it's"],
    ['names', "OrderedDict([(0, 'cat'), (1, 'dog, wild'), (2, 'bird')])", 'dog, wild'],
    ['names', "OrderedDict({0: 'cat', 1: 'dog', 2: 'bird'})", 'dog'],
    ['names', "OrderedDict([('cat', 0), ('bird', 2), ('dog', 1)])", 'dog'],
    ['names', "{1: 'cat', 2: 'dog', 3: 'bird'}", 'dog'],
    ['labels', 'cat; dog; bird', 'dog'],
    ['label_names', '["cat", "dog", "bird"]', 'dog'],
    ['class_to_idx', '{"cat": 0, "dog": 1, "bird": 2}', 'dog'],
    ['index_to_name', '{"0": "cat", "1": "dog", "2": "bird"}', 'dog'],
  ])('has the names of its metadata: %s %s', async (key, value, second) => {
    const { manifest, unread } = await read(onnx({ metadata: { [key]: value } }));
    expect([manifest.classNames?.length, manifest.classNames?.[1]]).toEqual([3, second]);
    expect(unread).toEqual([]);
  });

  it('tells which names in its metadata cannot be read', async () => {
    const { manifest, unread } = await read(onnx({ metadata: { names: "{0: 'cat', 2: 'bird'}", author: 'me' } }));
    expect(unread).toEqual(['mine.onnx: names']);
    expect(manifest.classNames?.[0]).toBe('class 0');
  });

  it('wants blue first where the means of Caffe\'s networks are subtracted inside', async () => {
    const caffe = { before: [node('Sub', ['input', 'm'], ['n'])], initializers: [numbers('m', [1, 3, 1, 1], [103.94, 116.78, 123.68])] };
    const { manifest, origins } = await read(onnx(caffe));
    expect([manifest.ports?.colours, origins.colours, origins.normalisation]).toEqual(['bgr', 'file', 'file']);
  });

  it('calls no two classes alike: those of one name have their numbers', async () => {
    const { manifest, lists } = await read(onnx(), new File(['crane\ndog\nCrane\n'], 'labels.txt'));
    expect(namedFor(manifest, 3, lists).classNames).toEqual(['crane (class 0)', 'dog', 'Crane (class 2)']);
    // Another output may have as many.
    const { classNames: _, ...unnamed } = manifest;
    expect(namedFor(unnamed, 3, lists)).toEqual(namedFor(manifest, 3, lists));
    expect(namedFor({ ...manifest, classNames: ['a', 'a', 'b'] }, 3, []).classNames).toEqual(['a (class 0)', 'a (class 1)', 'b']);
    const told = namedFor(manifest, 3, []);
    expect(namedFor(told, 3, [])).toBe(told);
  });

  it('is called like no other model, in whichever case', () => {
    expect(freeName('mine', [])).toBe('mine');
    expect(freeName('mine', ['yours', 'Mine', 'mine (3)'])).toBe('mine (2)');
    expect(freeName('mine', ['mine', 'MINE (2)'])).toBe('mine (3)');
    expect([isTaken('Mine', ['mine']), isTaken('mine (2)', ['mine'])]).toEqual([true, false]);
  });

  it('has a size that can be set wherever the network leaves it open, also where a configuration tells one', async () => {
    const { open, origins, manifest } = await read(onnx({ shape: ['n', 3, 'h', 'w'] }), config({ image_size: 160 }, 'config.json'));
    expect(open.size).toBe(true);
    expect(origins.size).toBe('file');
    expect(manifest.preprocessing.crop).toBe(160);
  });

  it('is a person\'s once they set it, and "as it was kept" afterwards', async () => {
    const { draft, model } = await adoptModelFiles([onnx()], () => undefined);
    const mean = changedOrigins(draft.origins, { preprocessing: { mean: [0, 0, 0] } });
    expect(mean).toEqual({ ...draft.origins, normalisation: 'person' });
    expect(changedOrigins(draft.origins, { preprocessing: { crop: 96, resize: 110 } })).toEqual({ ...draft.origins, size: 'person' });
    // Another output is chosen: what it gives is as it was found.
    expect(changedOrigins(draft.origins, { ports: { scores: 'other', answers: 'probabilities' } }).answers).toBe('file');
    expect(new Set(Object.values(reopenModel(draft.manifest, model).draft.origins))).toEqual(new Set(['kept']));
  });
});
