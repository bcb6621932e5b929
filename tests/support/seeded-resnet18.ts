import * as ort from '../../src/server/onnxruntime';
import sharp from 'sharp';
import { encodeModel } from '../../src/engine/onnx/encode';
import type { OnnxModel } from '../../src/engine/onnx/model';
import { BATCH_NORM_EPSILON, RESNET18_CLASSES, RESNET18_CONVOLUTIONS, RESNET18_FEATURES } from '../../src/engine/resnet18/folded';
import { foldResNet18 } from '../../src/engine/resnet18/fold';
import { FEATURES_NAME, INPUT_NAME, resnet18Onnx } from '../../src/engine/resnet18/graph';
import type { SafeTensor } from '../../src/engine/safetensors';
import { deadLeaves } from '../../tools/quantise/synthetic';
import { noise } from './weights';

/** The known logit on its own scene and, negative, on every other; the others' standard deviation, which is below it at its most. */
const [KNOWN, OTHERS] = [40, 8];
/** Share of the features' usual square that keeps the regression from leaning on what a camera's noise changes. */
const RIDGE = 0.01;
/** Standard deviations from which on the last block lets a value pass. */
const OUTSTANDING = 2;
/** Scenes, by the seeds of {@link deadLeaves}; the first are the known classes'. Images of great plain shapes are left out. */
export const SCENES = [0, 2, 12, 14, 15, 4, 7, 8, 9, 10, 11, 13] as const;

/** An image of nothing that stands for a class, 640 x 480, JPEG: the same each time, of colours and shapes of its own. */
export async function scene(seed: number): Promise<Buffer> {
  const { data, width, height } = deadLeaves(seed);
  return sharp(data, { raw: { width, height, channels: 4 } }).resize(640, 480, { fit: 'cover' }).removeAlpha().jpeg({ quality: 92 }).toBuffer();
}

type State = Record<string, SafeTensor>;

const tensor = (shape: readonly number[], values: Float32Array): SafeTensor => ({ dtype: 'F32', shape, bytes: new Uint8Array(values.buffer) });
const constant = (length: number, value: number): SafeTensor => tensor([length], new Float32Array(length).fill(value));

/** Normal to the eye: the sum of three uniform numbers, brought to the standard deviation that is wanted. */
function normal(next: () => number, length: number, deviation: number): Float32Array {
  return Float32Array.from({ length }, () => deviation * (next() + next() + next()));
}

/** Weights as He et al. begin with (Delving Deep into Rectifiers, section 2.2), and batch norms that do nothing yet. */
function initialState(next: () => number): State {
  const state: State = {};
  for (const { name, norm, outChannels, inChannels, kernel } of RESNET18_CONVOLUTIONS) {
    const fanIn = inChannels * kernel * kernel;
    state[`${name}.weight`] = tensor([outChannels, inChannels, kernel, kernel], normal(next, outChannels * fanIn, Math.sqrt(2 / fanIn)));
    state[`${norm}.weight`] = constant(outChannels, 1);
    state[`${norm}.bias`] = constant(outChannels, 0);
    state[`${norm}.running_mean`] = constant(outChannels, 0);
    state[`${norm}.running_var`] = constant(outChannels, 1 - BATCH_NORM_EPSILON);
    state[`${norm}.num_batches_tracked`] = { dtype: 'I64', shape: [], bytes: new Uint8Array(8) };
  }
  // Not zeros, which are refused as a network that was never trained; the real ones take their place below.
  state['fc.weight'] = constant(RESNET18_CLASSES * RESNET18_FEATURES, 1);
  state['fc.weight'] = { ...state['fc.weight'], shape: [RESNET18_CLASSES, RESNET18_FEATURES] };
  state['fc.bias'] = constant(RESNET18_CLASSES, 0);
  return state;
}

/** What one tensor of the network holds for each input, in native onnxruntime; only what it needs is reckoned. */
async function valuesOf(state: State, name: string, inputs: readonly Float32Array[]): Promise<Float32Array[]> {
  const { graph, ...model } = resnet18Onnx(foldResNet18(new Map(Object.entries(state))));
  const nodes = graph.nodes.slice(0, graph.nodes.findIndex(({ outputs }) => outputs.includes(name)) + 1);
  const read = new Set(nodes.flatMap(({ inputs: names }) => names));
  const initializers = graph.initializers.filter((t) => read.has(t.name));
  const watched: OnnxModel = { ...model, graph: { ...graph, nodes, initializers, outputs: [{ ...graph.outputs[0], name, shape: [] }] } };
  const session = await ort.InferenceSession.create(encodeModel(watched), { logSeverityLevel: 3 });
  const values: Float32Array[] = [];
  for (const input of inputs) {
    const { [name]: value } = await session.run({ [INPUT_NAME]: new ort.Tensor('float32', input, [1, 3, 224, 224]) });
    values.push(value.data as Float32Array);
  }
  await session.release();
  return values;
}

/** Mean and variance of each channel over all images and places. */
function statistics(values: readonly Float32Array[], channels: number): { means: Float32Array; variances: Float32Array } {
  const [means, variances] = [new Float32Array(channels), new Float32Array(channels)];
  const places = values[0].length / channels;
  for (let c = 0; c < channels; c++) {
    let [sum, squares] = [0, 0];
    for (const one of values) {
      for (let i = c * places; i < (c + 1) * places; i++) {
        sum += one[i];
        squares += one[i] ** 2;
      }
    }
    const count = places * values.length;
    means[c] = sum / count;
    variances[c] = squares / count - means[c] ** 2;
  }
  return { means, variances };
}

/** Solves `matrix` x = `right` for x by Gauss-Jordan elimination; a symmetric positive matrix needs no pivots. */
function solve(matrix: readonly Float64Array[], right: Float64Array): Float64Array {
  const rows = matrix.map((row, i) => Float64Array.from([...row, right[i]]));
  for (const [i, row] of rows.entries()) {
    const pivot = row[i];
    row.forEach((v, k) => (row[k] = v / pivot));
    for (const other of rows) {
      const share = other[i];
      if (other !== row) other.forEach((v, k) => (other[k] = v - share * row[k]));
    }
  }
  return Float64Array.from(rows, (row) => row[row.length - 1]);
}

/**
 * The classifier's rows: those of known classes are regressed on the features (ridge regression in its dual form), KNOWN on the own
 * scene and -KNOWN on all others; the other rows point anywhere.
 */
function classifier(features: readonly Float32Array[], known: readonly number[], next: () => number): { weight: Float32Array; bias: Float32Array } {
  const mean = Float32Array.from({ length: RESNET18_FEATURES }, (_, i) => features.reduce((sum, f) => sum + f[i], 0) / features.length);
  const directions = features.map((f) => f.map((v, i) => v - mean[i]));
  const products = directions.map((a) => Float64Array.from(directions, (b) => a.reduce((sum, v, i) => sum + v * b[i], 0)));
  const usual = products.reduce((sum, row, i) => sum + row[i], 0) / directions.length;
  products.forEach((row, i) => (row[i] += RIDGE * usual));
  const weight = normal(next, RESNET18_CLASSES * RESNET18_FEATURES, OTHERS / Math.sqrt(usual));
  const bias = new Float32Array(RESNET18_CLASSES);
  for (const [at, index] of known.entries()) {
    const shares = solve(products, Float64Array.from(directions, (_, i) => (i === at ? 2 * KNOWN : 0)));
    const row = mean.map((_, i) => directions.reduce((sum, d, j) => sum + shares[j] * d[i], 0));
    weight.set(row, index * RESNET18_FEATURES);
    bias[index] = -KNOWN;
  }
  for (let c = 0; c < RESNET18_CLASSES; c++) {
    for (let i = 0; i < RESNET18_FEATURES; i++) bias[c] -= weight[c * RESNET18_FEATURES + i] * mean[i];
  }
  return { weight, bias };
}

/**
 * A ResNet-18 state dict from a seed, for machines without trained weights: He's random convolutions, batch norms with the
 * statistics that they have on the inputs, and a classifier that knows the first inputs by their features.
 *
 * @param inputs normalised images, [3, 224, 224] each; the first ones are the scenes of the known classes
 * @param known their classes
 */
export async function seededResNet18(inputs: readonly Float32Array[], known: readonly number[], seed = 18): Promise<State> {
  const next = noise(seed);
  const state = initialState(next);
  // In the order of the network: each batch norm is of what those before it give.
  for (const { name, norm, outChannels } of RESNET18_CONVOLUTIONS) {
    const { means, variances } = statistics(await valuesOf(state, `${name}_out`, inputs), outChannels);
    state[`${norm}.running_mean`] = tensor([outChannels], means);
    state[`${norm}.running_var`] = tensor([outChannels], variances);
  }
  // Random features of any two images point the same way. Where only what stands out of a channel passes, they tell them apart as
  // trained ones do: between made scenes their cosine is 0.2 to 0.6.
  const { means, variances } = statistics(await valuesOf(state, 'layer4.1.add_out', inputs), RESNET18_FEATURES);
  state['layer4.1.bn2.bias'] = tensor([RESNET18_FEATURES], means.map((m, i) => -m - OUTSTANDING * Math.sqrt(variances[i])));
  const { weight, bias } = classifier(await valuesOf(state, FEATURES_NAME, inputs), known, next);
  state['fc.weight'] = tensor([RESNET18_CLASSES, RESNET18_FEATURES], weight);
  state['fc.bias'] = tensor([RESNET18_CLASSES], bias);
  return state;
}
