import { readFileSync } from 'node:fs';
import {
  decodeModel, describeClassifier, encodeModel, EngineError, foldResNet, ownKernels, readResNet18, readSafetensors, readTorchZip, resnet18Onnx, toFloat32, type OnnxModel, type SafeTensor,
} from '../../src/engine/index';
import { pooledClassifier } from '../../src/engine/onnx/classifier';
import { externalFiles, withExternalData } from '../../src/engine/onnx/external-data';
import { graphNetwork } from '../../src/engine/graph/graph-network';
import { readGraph } from '../../src/engine/graph/read-graph';
import { Arena } from '../../src/engine/simd/arena';
import { readInt8ResNet18 } from '../../src/engine/resnet18/read-int8';
import { colourClassifier, node } from '../support/classifiers';
import { externalModel, type ExternalPlace } from '../support/external-model';
import { mutatedJson, type Random } from '../support/fuzz/mutate';
import type { FuzzTarget, FuzzTargets } from '../support/fuzz/target';
import { torchSave } from '../support/torch-save';
import { noise, randomResNet, writeSafetensors } from '../support/weights';

const isOwn = (error: unknown): boolean => error instanceof EngineError && ['model-invalid', 'out-of-memory'].includes(error.code);
const text = (written: string): Uint8Array => new TextEncoder().encode(written);

function floats(shape: readonly number[]): SafeTensor {
  const next = noise(shape.length);
  return { dtype: 'F32', shape, bytes: new Uint8Array(Float32Array.from({ length: shape.reduce((n, d) => n * d, 1) }, next).buffer) };
}

/** What every reader of weights promises: as many bytes as the shape has numbers. */
function checkTensors(tensors: ReadonlyMap<string, SafeTensor>): void {
  const wide: Readonly<Record<string, number>> = { F64: 8, F32: 4, F16: 2, BF16: 2, I64: 8, I32: 4, I16: 2, I8: 1, U8: 1, U64: 8, U32: 4, U16: 2, BOOL: 1 };
  for (const [name, tensor] of tensors) {
    const { dtype, shape, bytes } = tensor;
    const wanted = shape.reduce((n, d) => n * d, wide[dtype]);
    if (wanted !== bytes.length) throw new Error(`${name} of ${dtype} [${shape.join()}] has ${bytes.length} bytes.`);
    if (/^(F|BF)/.test(dtype)) toFloat32(name, tensor);
  }
}

/** A safetensors file whose header is a changed one of another. */
function withHeader(file: Uint8Array, random: Random): Uint8Array {
  const headerBytes = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  const header = text(mutatedJson(new TextDecoder().decode(file.subarray(8, 8 + headerBytes)), random));
  const out = new Uint8Array(8 + header.length + file.length - 8 - headerBytes);
  new DataView(out.buffer).setBigUint64(0, BigInt(header.length), true);
  out.set(header, 8);
  out.set(file.subarray(8 + headerBytes), 8 + header.length);
  return out;
}

const safetensors: FuzzTarget = {
  seeds: () => [
    writeSafetensors({ 'conv1.weight': floats([2, 3, 2, 2]), 'fc.bias': floats([3]), steps: { dtype: 'I64', shape: [], bytes: new Uint8Array(8) } }),
    writeSafetensors({ a: { dtype: 'F16', shape: [4], bytes: new Uint8Array(8) }, b: { dtype: 'BF16', shape: [2, 1], bytes: new Uint8Array(4) }, empty: floats([0, 7]) }),
  ],
  mutate: withHeader,
  read(file) {
    const tensors = readSafetensors(file);
    checkTensors(tensors);
    // Each byte behind the header is one tensor's, and one's alone.
    const parts = [...tensors.values()].map(({ bytes }) => [bytes.byteOffset, bytes.byteOffset + bytes.length]).filter(([from, to]) => to > from).sort(([a], [b]) => a - b);
    parts.forEach(([from], i) => {
      if (i > 0 && from !== parts[i - 1][1]) throw new Error(`A tensor begins at ${from}, the one before ends at ${parts[i - 1][1]}.`);
    });
  },
  isOwn,
};

const torch: FuzzTarget = {
  seeds: () => [
    torchSave("collections.OrderedDict([('a.weight', Tensor([1, 2, 3, 4, 5, 6], (2, 3), (3, 1))), ('b', Parameter(Tensor([1, 2], (2,), (1,), 0, HalfStorage)))])"),
    torchSave("{'epoch': 3, 'state_dict': {'t': Tensor([1, 2, 3, 4, 5, 6, 7], (2, 3), (1, 2), 1), 'u': Tensor([1, 2], (1, 2), (2, 1))}}"),
  ],
  marks: [[0x50, 0x4b, 1, 2], [0x50, 0x4b, 3, 4], [0x50, 0x4b, 5, 6], [...text('storage')], [...text('_rebuild')]].map((mark) => Uint8Array.from(mark)),
  read: (file) => checkTensors(readTorchZip(file)),
  isOwn,
};

/** All that the app asks of an ONNX file before a runtime is given it. */
function readWhole(model: OnnxModel): void {
  const { outputs, ports } = describeClassifier(model);
  if (!(ports.size >= 32 && ports.size <= 512)) throw new Error(`The picture would have ${ports.size} pixels a side.`);
  for (const { name, classes } of outputs) {
    const found = pooledClassifier(model, name);
    if (found && found.weight.length % found.channels !== 0) throw new Error(`${found.weight.length} weights of ${found.channels} channels`);
    if (classes !== undefined && !(Number.isInteger(classes) && classes > 0)) throw new Error(`There would be ${classes} classes.`);
  }
  // What our own kernels would be given, and how much room that takes.
  if (ownKernels(model, ports).runs) {
    const arena = new Arena(0);
    graphNetwork(readGraph(model, ports))(arena, 1);
    if (!(arena.end <= 2 ** 31)) throw new Error(`The kernels would want ${arena.end} bytes.`);
  }
  for (const read of [readResNet18, readInt8ResNet18]) {
    try {
      read(model);
    } catch (error) {
      if (!isOwn(error)) throw error;
    }
  }
}

const OPS = [
  'Add', 'AveragePool', 'BatchNormalization', 'Cast', 'Concat', 'Constant', 'ConstantOfShape', 'Conv', 'ConvTranspose', 'Dropout', 'Expand', 'Flatten', 'Gemm', 'GlobalAveragePool',
  'Identity', 'If', 'Loop', 'MatMul', 'MaxPool', 'Mul', 'OneHot', 'Pad', 'RandomNormal', 'Range', 'ReduceMean', 'Relu', 'Reshape', 'Resize', 'Softmax', 'Sub', 'Tile', 'Transpose',
];
const NUMBERS = [-1, 0, 1, 2, 3, 4, 32, 224, 513, 2 ** 16, 2 ** 24, 2 ** 31, 2 ** 32, 2 ** 53 - 1];
const INTS = ['axes', 'axis', 'group', 'kernel_shape', 'pads', 'perm', 'strides', 'dilations', 'shape', 'to', 'transA', 'transB', 'training_mode'];

/** A file whose graph is another one: nodes that read one another, or themselves, other operators, shapes and attributes. */
function withGraph(file: Uint8Array, random: Random): Uint8Array {
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)];
  const model = decodeModel(file);
  const graph = { ...model.graph, nodes: [...model.graph.nodes], initializers: [...model.graph.initializers], inputs: [...model.graph.inputs] };
  const names = [...graph.nodes.flatMap(({ outputs }) => outputs), ...graph.initializers.map(({ name }) => name), ...graph.inputs.map(({ name }) => name), 'new'];
  const few = (): number[] => Array.from({ length: Math.floor(random() * 5) }, () => pick(NUMBERS));
  for (let left = 1 + Math.floor(random() * 6); left > 0; left--) {
    const at = Math.floor(random() * graph.nodes.length);
    const old = graph.nodes[at];
    const kind = Math.floor(random() * 7);
    if (kind === 0) graph.nodes[at] = { ...old, op: pick(OPS) };
    else if (kind === 1) graph.nodes[at] = { ...old, inputs: old.inputs.map((name) => (random() < 0.5 ? pick(names) : name)) };
    else if (kind === 2) graph.nodes[at] = { ...old, outputs: [pick(names)] };
    else if (kind === 3) {
      // A ladder, each rung of which reads the one before twice.
      for (let i = 0; i < 40; i++) graph.nodes.push(node(pick(['Add', 'Concat', 'Mul']), i === 0 ? [pick(names), pick(names)] : [`rung${i - 1}`, `rung${i - 1}`], [`rung${i}`]));
      names.push('rung39');
    } else if (kind === 4) graph.nodes[at] = { ...old, attributes: { ...old.attributes, [pick(INTS)]: random() < 0.5 ? { kind: 'int', value: pick(NUMBERS) } : { kind: 'ints', value: few() } } };
    else if (kind === 5) {
      const i = Math.floor(random() * graph.initializers.length);
      graph.initializers[i] = random() < 0.5 ? { ...graph.initializers[i], shape: few() } : { name: pick(names), type: 7, shape: [1], raw: new Uint8Array(BigInt64Array.of(BigInt(pick(NUMBERS))).buffer) };
    } else graph.inputs[0] = { ...graph.inputs[0], shape: few() };
  }
  return encodeModel({ ...model, graph });
}

const stored = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(`classifiers/${name}.onnx`, import.meta.url)));

const onnx: FuzzTarget = {
  seeds: () => [
    colourClassifier(),
    colourClassifier({ layout: 'nhwc', type: 1, after: [node('Softmax', ['raw'], ['scores'])], metadata: { names: "{0: 'a', 1: 'b', 2: 'c'}" } }),
    colourClassifier({ type: 2 }),
    colourClassifier({ before: [node('Sub', ['input', 'w'], ['x']), node('Cast', ['x'], ['y'])], shape: ['n', 3, 'h', 'w'] }),
    stored('t01-ten-own-classes-output-named-logits'),
  ],
  mutate: withGraph,
  read: (file) => readWhole(decodeModel(file)),
  isOwn,
};

/** A network of eleven million weights: little of it is anything else, and that is where it is changed. */
const resnet: FuzzTarget = {
  seeds: () => [encodeModel(resnet18Onnx(foldResNet(new Map(Object.entries(randomResNet(1))))))],
  marks: ['Conv', 'Gemm', 'strides', 'pads', 'layer1.0.conv1', 'fc.', 'transB'].map(text),
  read: (file) => readWhole(decodeModel(file)),
  isOwn,
};

const exported = (name: string): Uint8Array<ArrayBuffer> => new Uint8Array(readFileSync(new URL(`../exporters/files/one-data/${name}`, import.meta.url)));
const LARGE_BYTES = 40 * 2 ** 20;
const BESIDE = new Map([['weights.bin', exported('weights.bin')], ['large', new Uint8Array(LARGE_BYTES)]]);

/** Another file, whose weights lie anywhere, and over one another. */
function withPlaces(_: Uint8Array, random: Random): Uint8Array {
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)];
  const edges = [0, 1, 6912, 6913, LARGE_BYTES / 2, LARGE_BYTES, -1, 0.5, 2 ** 32, 2 ** 53, '', 'x', '1e3', '9'.repeat(30)];
  const place = (): ExternalPlace => ({
    location: pick(['large', 'large', 'weights.bin', './weights.bin', 'none', '']),
    ...(random() < 0.5 && { offset: pick(edges) }),
    ...(random() < 0.5 && { length: pick(edges) }),
  });
  const same = random() < 0.5 ? place() : undefined;
  return externalModel(Array.from({ length: 1 + Math.floor(random() ** 3 * 60) }, () => same ?? place()));
}

/** Weights beside the file: what is put together is no larger than all that was given, and lacks nothing. */
const external: FuzzTarget = {
  seeds: () => [exported('one.onnx')],
  marks: ['location', 'offset', 'length', 'weights.bin'].map(text),
  mutate: withPlaces,
  read(file) {
    const whole = withExternalData(file, BESIDE);
    const given = [...BESIDE.values()].reduce((sum, { length }) => sum + length, file.length);
    if (whole.length > given) throw new Error(`${whole.length} bytes are made of ${given}.`);
    if (externalFiles(whole).length > 0) throw new Error(`It still lacks ${externalFiles(whole).join()}.`);
    decodeModel(whole);
  },
  isOwn,
};

export const targets: FuzzTargets = { safetensors, torch, onnx, resnet, external };
