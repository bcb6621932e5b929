import { type EngineId, MOST_THREADS, type Precision } from '../../../engine/index';
import type { WorkerCapabilities } from '../../shared/recogniser';
import type { FaultCode } from '../../../base/shared/fault';
import type { ModelManifest, ModelVariant } from '../../../base/shared/model';

/** Faults that another engine or one thread may get round: shared memory refused, threads that do not start, a wrong build. */
export const RETRY_FAULTS: readonly FaultCode[] = [
  'threads-failed', 'worker-crashed', 'worker-hung', 'out-of-memory', 'self-test-failed', 'engine-failed',
];

/** Faults that the device or its network has: no other model does better. */
export const OF_THE_DEVICE: readonly FaultCode[] = ['start-timeout', 'no-wasm', 'no-simd', 'storage-failed'];

/** Threads for a device: all its cores up to four, one where memory cannot be shared. */
export function threadsFor(capabilities: WorkerCapabilities, wanted: number): number {
  if (!capabilities.wasmThreads) return 1;
  return Math.max(1, wanted > 0 ? wanted : Math.min(MOST_THREADS, capabilities.hardwareConcurrency));
}

/** An engine with a number of threads: one way to run a model. */
export interface Way {
  readonly engine: EngineId;
  readonly threads: number;
}

/**
 * The file of a model to run: the one that is wished for, else weights stored as float16 (the arithmetic is float32 all the
 * same, and half the bytes have to be fetched), else the reference.
 */
export function variantFor({ variants }: ModelManifest, wanted: Precision | 'auto'): ModelVariant {
  const find = (precision: Precision | 'auto'): ModelVariant | undefined => variants.find((v) => v.precision === precision);
  return find(wanted) ?? find('fp16') ?? variants[0];
}

/** Whether our own kernels run a model's int8 weights: a person's own int8 file may be another network; ours tells how it was made. */
function ownInt8({ architecture, variants }: ModelManifest, relaxed: boolean): boolean {
  return relaxed && architecture !== 'classifier' && variants.some((v) => v.precision === 'int8' && v.quantisation !== undefined);
}

/**
 * Whether our own kernels run a variant of a model: networks that come with the app, and a person's own whose graph they know and of which
 * onnxruntime-web has given the answer that is compared at each start.
 */
function ownKernelsRun(manifest: ModelManifest, precision: Precision, relaxed: boolean): boolean {
  const { architecture, kernels, variants } = manifest;
  if (precision === 'int8' && (architecture !== 'classifier' || !relaxed)) return ownInt8(manifest, relaxed);
  return architecture !== 'classifier' || (kernels?.runs === true && variants.some((v) => v.precision === precision && v.selfTest !== undefined));
}

/**
 * Whether a model may start in int8, if the processor is quick at it: that is the fewest bytes and the least memory.
 * @param relaxed whether the browser has relaxed SIMD
 */
export function int8MayLead(manifest: ModelManifest, wanted: EngineId | 'auto', relaxed: boolean): boolean {
  return wanted !== 'ort' && ownInt8(manifest, relaxed);
}

/**
 * The ways to run a model, to be tried in turn: our own kernels where they know the network, onnxruntime-web else and
 * as the fallback; each with all threads first, then with one.
 *
 * @param relaxed whether the browser has relaxed SIMD, which our kernels for int8 are made of
 */
export function waysToRun(manifest: ModelManifest, precision: Precision, wanted: EngineId | 'auto', threads: number, relaxed = true): Way[] {
  const engines: EngineId[] = ownKernelsRun(manifest, precision, relaxed) && wanted !== 'ort' ? ['simd', 'ort'] : ['ort'];
  const counts = threads > 1 ? [threads, 1] : [1];
  return engines.flatMap((engine) => counts.map((count) => ({ engine, threads: count })));
}
