import type { Job, Network, Scores } from '../job';
import { Problem } from '../problem';
import { elements, type InferRequest, type OutputTensor, type TensorHead, type WantedOutput } from './tensors';

/** Input that takes picture files, for every model. */
export const PICTURES = 'image';
/** Input that takes what the network itself is fed: normalised colours, channels first. */
export const PIXELS = 'input';
/** Outputs, in the order in which all of them are given. */
export const OUTPUTS = ['logits', 'probabilities'] as const;

const isOutput = (name: string): name is (typeof OUTPUTS)[number] => (OUTPUTS as readonly string[]).includes(name);

/** What is recognised one by one: a picture's bytes, or a network's input. */
type Item = Pick<Job, 'bytes' | 'tensor'>;

/**
 * Refuses an input by what it says of itself.
 * @param most pictures of one request
 * @throws Problem `bad-tensor`, `too-many-files`
 */
export function checkInput({ name, datatype, shape }: TensorHead, { preprocessing: { crop } }: Network, most: number): void {
  const isPictures = name === PICTURES && datatype === 'BYTES';
  if (!isPictures && !(name === PIXELS && datatype === 'FP32')) {
    throw new Problem('bad-tensor', `There is no input ${JSON.stringify(name)} of ${datatype}: ${PICTURES} is BYTES (picture files), ${PIXELS} is FP32.`);
  }
  if (!isPictures && shape.slice(1).join() !== [3, crop, crop].join()) throw new Problem('bad-tensor', `${PIXELS} has the shape [${shape.join(', ')}]; [pictures, 3, ${crop}, ${crop}] is taken.`);
  const pictures = isPictures ? elements(shape) : shape[0];
  if (pictures > most) throw new Problem('too-many-files', `The request has ${pictures} pictures; at most ${most} are accepted.`);
}

/**
 * What a request has to recognise, whose input has passed `checkInput`.
 * @throws Problem `bad-tensor`
 */
export function itemsIn({ input }: InferRequest): readonly Item[] {
  if (input.datatype === 'BYTES') return input.values.map((bytes) => ({ bytes }));
  const { shape: [count], values } = input;
  if (!values.every(Number.isFinite)) throw new Problem('bad-tensor', `${PIXELS} has numbers that are not finite.`);
  const size = values.length / count;
  return Array.from({ length: count }, (_, i) => ({ tensor: values.slice(i * size, (i + 1) * size) }));
}

/** @throws Problem `bad-tensor` for outputs that there are not, or one that is named twice */
export function wantedOutputs({ outputs, binaryOutputs }: InferRequest): readonly WantedOutput[] {
  const wanted = outputs ?? OUTPUTS.map((name) => ({ name, binary: binaryOutputs, classes: 0 }));
  const seen = new Set<string>();
  for (const { name } of wanted) {
    if (!isOutput(name)) throw new Problem('bad-tensor', `There is no output ${JSON.stringify(name)}: ${OUTPUTS.join(' and ')} are given.`);
    if (seen.has(name)) throw new Problem('bad-tensor', `The output ${name} is named more than once.`);
    seen.add(name);
  }
  return wanted;
}

/** Triton's classification extension. */
function classified(values: Float32Array, labels: readonly string[], classes: number): string[] {
  const order = [...values.keys()].sort((a, b) => values[b] - values[a] || a - b);
  return order.slice(0, classes).map((index) => `${values[index].toFixed(6)}:${index}:${labels[index]}`);
}

/** @param scores one for each picture */
export function outputTensors(wanted: readonly WantedOutput[], scores: readonly Scores[]): OutputTensor[] {
  return wanted.map(({ name, binary, classes }) => {
    const rows = scores.map((each) => each[name as (typeof OUTPUTS)[number]]);
    if (classes === 0) {
      const values = new Float32Array(rows.length * rows[0].length);
      rows.forEach((row, i) => values.set(row, i * row.length));
      return { name, datatype: 'FP32', shape: [rows.length, rows[0].length], values, binary };
    }
    const values = rows.flatMap((row, i) => classified(row, scores[i].labels, classes));
    return { name, datatype: 'BYTES', shape: [rows.length, values.length / rows.length], values, binary };
  });
}
