import { EngineError } from '../../../src/engine/index';
import { Fault } from '../../../src/base/shared/fault';
import { namesOfFile } from '../../../src/recognise/shared/class-names';
import { adoptModelFiles } from '../../../src/recognise/worker/adopt-model';
import { readCompanions } from '../../../src/recognise/worker/companion-files';
import { colourClassifier, node } from '../../support/classifiers';
import { mutatedJson, type Random } from '../../support/fuzz/mutate';
import type { FuzzTarget, FuzzTargets } from '../../support/fuzz/target';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const jsonMutated = (seed: Uint8Array, random: Random): Uint8Array => bytesOf(mutatedJson(new TextDecoder().decode(seed), random));

/** Every error of adoption becomes a fault; what it was before tells whether a reader had foreseen it. */
const isOwn = (error: unknown): boolean => error instanceof Fault && error.code === 'model-invalid' && (error.cause === undefined || error.cause instanceof EngineError);

const models: FuzzTarget = {
  seeds: () => [
    colourClassifier({ metadata: { names: "{0: 'red', 1: 'green', 2: 'blue'}", author: 'Ultralytics' } }),
    colourClassifier({ layout: 'nhwc', shape: ['n', 'h', 'w', 3], after: [node('Softmax', ['raw'], ['scores'])], metadata: { config: '{"id2label": {"0": "a", "1": "b", "2": "c"}}', license: 'MIT' } }),
  ],
  async read(file) {
    const { draft } = await adoptModelFiles([new File([file], 'own.onnx'), new File(['a\nb\nc\n'], 'labels.txt')], () => undefined);
    const { crop, resize, mean, std } = draft.manifest.preprocessing;
    if (![crop, resize, ...mean, ...std].every(Number.isFinite)) throw new Error(`A picture would be prepared by ${JSON.stringify(draft.manifest.preprocessing)}.`);
    if (draft.classes !== undefined && draft.manifest.classNames?.length !== draft.classes) throw new Error(`${draft.manifest.classNames?.length} names of ${draft.classes} classes`);
    // As it goes to the page, and is kept.
    structuredClone(draft);
    JSON.stringify(draft.manifest);
  },
  isOwn,
};

/** Nothing is an error here: a file that tells no names tells none. */
const never = (): boolean => false;

function checkNames(names: readonly string[] | undefined): void {
  const wrong = names?.find((name) => typeof name !== 'string' || name === '' || name.length > 200);
  if (wrong !== undefined || names?.length === 0) throw new Error(`The names hold ${JSON.stringify(wrong)}.`);
}

const lists = (suffix: string, seeds: readonly string[], mutate?: FuzzTarget['mutate']): FuzzTarget => ({
  seeds: () => seeds.map(bytesOf),
  ...(mutate && { mutate }),
  read: (file) => checkNames(namesOfFile(`x${suffix}`, new TextDecoder().decode(file))),
  isOwn: never,
});

const texts = lists('.txt', ['tench\ngoldfish\n"great, white shark"\n', '0: cat\n1: dog\n2: bird\n', "{0: 'it\\'s', 1: \"b\", 2: u'\\u00e9'}", "['a', 'b', 'c',]", '\ufeff1 cat\r\n0 dog\r\n']);
const tables = lists('.csv', ['index,name\n0,cat\n1,"dog, ""small"""\n', 'cat;0\ndog;1\n', 'name\ncat\ndog\n', 'id\tlabel\n1\tb\n0\ta\n']);
const json = lists('.json', ['{"id2label": {"0": "a", "1": "b"}, "architectures": ["X"]}', '["a", "b", {"name": "c"}]', '{"cat": 0, "dog": 1}', '{"names": "{0: \'a\', 1: \'b\'}"}'], jsonMutated);

const config: FuzzTarget = {
  seeds: () => [
    '{"image_mean": [0.5, 0.5, 0.5], "image_std": [0.2, 0.2, 0.2], "do_normalize": true, "do_rescale": true, "resample": 3, "size": {"shortest_edge": 256}, "crop_size": {"height": 224, "width": 224}}',
    '{"image_mean": [0, 0, 0], "image_std": [1, 1, 1], "do_rescale": false, "size": 224}',
  ].map(bytesOf),
  mutate: jsonMutated,
  async read(file) {
    const { lists, preprocessing } = await readCompanions([new File([file], 'preprocessor_config.json')]);
    lists.forEach(checkNames);
    const { mean = [], std = [], resize = 1, crop = 1 } = preprocessing ?? {};
    if (![...mean, ...std, resize, crop].every(Number.isFinite)) throw new Error(`A picture would be prepared by ${JSON.stringify(preprocessing)}.`);
    if ([resize, crop].some((side) => !Number.isInteger(side) || side < 1)) throw new Error(`A side would have ${resize} or ${crop} pixels.`);
    if (std.some((deviation) => !(deviation > 0))) throw new Error(`A deviation would be ${std.join()}.`);
  },
  isOwn: never,
};

export const targets: FuzzTargets = { models, texts, tables, json, config };
