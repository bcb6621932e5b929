import * as ort from '../../src/server/onnxruntime';
import type { KnownAnswer } from '../../src/engine/model';
import { fillSelfTestInput, KNOWN_ANSWER_LENGTH } from '../../src/engine/self-test';

/** Share of the scores' range that another order of summing may make. */
const RELATIVE_TOLERANCE = { fp32: 0.002, fp16: 0.002, int8: 0.1 } as const;

/**
 * What native onnxruntime answers to the self-test input: the answer that the browser's engines are checked against.
 *
 * Integers are answered for in float, step by step as the graph says (no fused integer operations): on x86 processors without
 * VNNI the fused ones add pairs of products in 16 bits and may saturate, and the answer must not depend on who built the model.
 */
export async function knownAnswer(model: Uint8Array, precision: keyof typeof RELATIVE_TOLERANCE, size: number): Promise<KnownAnswer> {
  const graphOptimizationLevel = precision === 'int8' ? 'disabled' : 'all';
  const session = await ort.InferenceSession.create(model, { logSeverityLevel: 3, graphOptimizationLevel });
  const input = new Float32Array(3 * size * size);
  fillSelfTestInput(input);
  const outputs = await session.run({ [session.inputNames[0]]: new ort.Tensor('float32', input, [1, 3, size, size]) });
  const logits = outputs[session.outputNames.includes('logits') ? 'logits' : session.outputNames[0]].data as Float32Array;
  await session.release();
  let low = Infinity;
  let high = -Infinity;
  for (const logit of logits) {
    low = Math.min(low, logit);
    high = Math.max(high, logit);
  }
  return {
    logits: Array.from(logits.subarray(0, KNOWN_ANSWER_LENGTH), (v) => Number(v.toFixed(5))),
    tolerance: Number(((high - low) * RELATIVE_TOLERANCE[precision]).toFixed(5)),
  };
}
