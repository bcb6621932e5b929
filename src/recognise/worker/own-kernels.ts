import type { ModelManifest } from '../../base/shared/model';
import {
  asPicture, comparableScores, decodeModel, type Engine, type EngineId, type EngineOptions, fillSelfTestInput, KNOWN_ANSWER_LENGTH, type KnownAnswer, ownKernels,
  selfTestProblem,
} from '../../engine/index';

/** Share of the largest score: float32 summed in another order stays far below it, a wrong kernel does not. */
const TOLERANCE = 0.005;
/** The same for integers, whose activations our own kernels have in 7 bits where the file has 8. */
const INT8_TOLERANCE = 0.1;

/** What onnxruntime answers to the self-test's picture. */
async function referenceAnswer(manifest: ModelManifest, model: Uint8Array, start: (id: EngineId, model: Uint8Array, options: EngineOptions) => Promise<Engine>): Promise<{ readonly known: KnownAnswer; readonly length: number } | undefined> {
  const { ports, preprocessing } = manifest;
  const engine = await start('ort', model, { threads: 1, ...(ports ? { ports } : {}) });
  try {
    fillSelfTestInput(engine.input);
    asPicture(engine.input, preprocessing);
    const logits = comparableScores((await engine.run()).logits, ports?.answers);
    if (selfTestProblem(logits, undefined)) return undefined;
    const tolerance = manifest.variants[0].precision === 'int8' ? INT8_TOLERANCE : TOLERANCE;
    const largest = logits.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
    return { known: { logits: Array.from(logits.subarray(0, KNOWN_ANSWER_LENGTH)), tolerance: tolerance * largest }, length: logits.length };
  } finally {
    engine.dispose();
  }
}

/**
 * Finds out whether our own kernels run a person's network, as it is to be kept, and has onnxruntime give the answer that they are held to at
 * each start. Where it gives none, they do not run it.
 */
export async function withOwnKernels(
  manifest: ModelManifest,
  model: Uint8Array,
  start: (id: EngineId, model: Uint8Array, options: EngineOptions) => Promise<Engine>,
): Promise<ModelManifest> {
  if (manifest.architecture !== 'classifier') return manifest;
  const planned = ownKernels(decodeModel(model), manifest.ports);
  const features = manifest.ports?.answers === 'features';
  const answer = planned.runs || features ? await referenceAnswer(manifest, model, start) : undefined;
  const kernels = features && answer ? { ...planned, features: answer.length } : planned;
  const selfTest = planned.runs ? answer?.known : undefined;
  const variants = manifest.variants.map(({ selfTest: _, ...variant }) => (selfTest ? { ...variant, selfTest } : variant));
  return { ...manifest, kernels, variants };
}
