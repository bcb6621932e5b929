import * as ort from 'onnxruntime-node';
import { encodeModel } from '../../src/domain/onnx/encode';
import type { OnnxModel } from '../../src/domain/onnx/model';
import { withOutputs } from '../../src/domain/quantise/graph';
import { ActivationHistogram } from '../../src/domain/quantise/histogram';

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
): Promise<Map<string, ActivationHistogram>> {
  const [{ name: inputName, shape }] = model.graph.inputs;
  const session = await ort.InferenceSession.create(encodeModel(withOutputs(model, tensors)), { logSeverityLevel: 3 });
  const histograms = new Map(tensors.map((name) => [name, new ActivationHistogram()]));
  const fetches = tensors.filter((name) => name !== inputName);
  let count = 0;
  try {
    for await (const input of inputs) {
      const results = await session.run({ [inputName]: new ort.Tensor('float32', input, shape as number[]) }, fetches);
      histograms.get(inputName)?.add(input);
      for (const name of fetches) {
        histograms.get(name)?.add(results[name].data as Float32Array);
        results[name].dispose();
      }
      count++;
    }
  } finally {
    await session.release();
  }
  if (count === 0) throw new Error('There is no picture to calibrate with.');
  return histograms;
}
