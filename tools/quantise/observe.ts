import * as ort from '../../src/server/onnxruntime';
import { encodeModel } from '../../src/engine/onnx/encode';
import type { OnnxModel } from '../../src/engine/onnx/model';
import { ChannelMeans } from './channel-means';
import { withOutputs } from './graph';
import { ActivationHistogram } from './histogram';

/** What was seen of one tensor. */
export interface Observation {
  readonly histogram: ActivationHistogram;
  readonly means: ChannelMeans;
}

/**
 * Runs a float32 graph in native onnxruntime and counts what flows through some of its tensors.
 *
 * @param inputs of the graph's one input, float32 [1, 3, size, size]
 * @param tensors names; the graph's input may be among them
 * @throws Error where there is no input at all
 */
export async function observe(
  model: OnnxModel,
  inputs: AsyncIterable<Float32Array>,
  tensors: readonly string[],
): Promise<Map<string, Observation>> {
  const [{ name: inputName, shape }] = model.graph.inputs;
  const session = await ort.InferenceSession.create(encodeModel(withOutputs(model, tensors)), { logSeverityLevel: 3 });
  const observations = new Map<string, Observation>();
  const note = (name: string, channels: number, values: Float32Array): void => {
    const own = observations.get(name) ?? { histogram: new ActivationHistogram(), means: new ChannelMeans(channels) };
    observations.set(name, own);
    own.histogram.add(values);
    own.means.add(values);
  };
  const fetches = tensors.filter((name) => name !== inputName);
  let count = 0;
  try {
    for await (const input of inputs) {
      const results = await session.run({ [inputName]: new ort.Tensor('float32', input, shape as number[]) }, fetches);
      if (tensors.includes(inputName)) note(inputName, 3, input);
      for (const name of fetches) {
        note(name, results[name].dims[1], results[name].data as Float32Array);
        results[name].dispose();
      }
      count++;
    }
  } finally {
    await session.release();
  }
  if (count === 0) throw new Error('There is no picture to calibrate with.');
  return observations;
}
