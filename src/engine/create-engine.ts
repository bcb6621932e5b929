import { capabilities, usableThreads } from './capabilities.ts';
import type { Engine, EngineOptions } from './engine.ts';
import { EngineError } from './engine-error.ts';
import { loadKernelModule, spawnThread } from './host.ts';
import { graphNetwork } from './graph/graph-network.ts';
import { int8GraphNetwork } from './graph/int8-graph-network.ts';
import { UncoveredError } from './graph/layers.ts';
import { readGraph } from './graph/read-graph.ts';
import { readInt8Graph } from './graph/read-int8-graph.ts';
import { asResNet18 } from './graph/resnet.ts';
import { joinsVectors } from './joined-vectors.ts';
import type { ClassifierPorts } from './model.ts';
import { decodeModel } from './onnx/decode.ts';
import type { OnnxModel } from './onnx/model.ts';
import type { Int8ResNet18 } from './resnet18/int8.ts';
import { isQuantised, readInt8ResNet18 } from './resnet18/read-int8.ts';
import { WeightsError } from './resnet18/weights-error.ts';
import { floatNetwork } from './simd/float-network.ts';
import { int8Network } from './simd/int8-network.ts';
import type { PlanNetwork } from './simd/network.ts';
import { startSimdEngine } from './simd/simd-engine.ts';

/** Kernels that are only quicker are not waited for any longer, milliseconds. */
const JOINED_MS = 30_000;

/** Whether a network is ResNet-18 in int8 as its own kernels know it. */
function int8ResNet18(model: OnnxModel): Int8ResNet18 | undefined {
  try {
    return readInt8ResNet18(model);
  } catch (error) {
    if (error instanceof WeightsError) return undefined;
    throw error;
  }
}

/** Int8 that onnxruntime-web runs may be of another recipe than our kernels know: no fault of the file. */
function int8(model: OnnxModel, relaxed: boolean, ports: ClassifierPorts | undefined): PlanNetwork {
  if (!relaxed) throw new EngineError('engine-failed', 'There is no relaxed SIMD here, which the int8 kernels are made of.');
  const resnet = int8ResNet18(model);
  return resnet ? int8Network(resnet) : int8GraphNetwork(readInt8Graph(model, ports));
}

/** ResNet-18 by kernels of its own, which are the quicker for it; any other network as its graph has it. */
function float(model: OnnxModel, ports: ClassifierPorts | undefined): PlanNetwork {
  try {
    const network = readGraph(model, ports);
    const resnet = asResNet18(network);
    return resnet ? floatNetwork(resnet) : graphNetwork(network);
  } catch (error) {
    // With a LogSoftmax at its end, which is kept as what it is without.
    const resnet = error instanceof UncoveredError ? asResNet18(readGraph(model, ports, true)) : undefined;
    if (!resnet) throw error;
    return floatNetwork(resnet);
  }
}

/**
 * What our own kernels make of a model.
 *
 * @param model bytes of the .onnx file; not kept
 * @param relaxed whether there is relaxed SIMD
 * @throws EngineError as {@link createEngine} does of a model
 */
export function networkOf(model: Uint8Array, relaxed: boolean, ports?: ClassifierPorts): PlanNetwork {
  const decoded = decodeModel(model);
  return isQuantised(decoded) ? int8(decoded, relaxed, ports) : float(decoded, ports);
}

/**
 * Starts our own WebAssembly SIMD kernels on an image classifier in ONNX: float32 or float16 weights of any network that is made of what
 * the kernels know (see `readGraph`), or such a network in int8 (QDQ) as `npm run model` makes it.
 *
 * In a browser it fetches one .wasm file that lies beside this module, in Node it reads it. Its memory is about 130 MB for
 * float32, 20 MB for int8.
 *
 * @param model bytes of the .onnx file; not kept
 * @throws EngineError `model-invalid` where the model is no classifier of one picture; `engine-failed` where WebAssembly SIMD is missing,
 * the kernels could not be fetched, or the network has what they do not run (an `UncoveredError` says what); `threads-failed` where a thread does not start;
 * `out-of-memory`; `self-test-failed` where an int8 kernel gives a wrong number here
 * @throws RangeError where `threads` is no whole number above zero
 */
export async function createEngine(model: Uint8Array, options: EngineOptions = {}): Promise<Engine> {
  const threads = usableThreads(options.threads);
  const { wasmSimd, wasmRelaxedSimd: relaxed } = capabilities();
  if (!wasmSimd) throw new EngineError('engine-failed', 'There is no WebAssembly SIMD here, which the kernels are made of.');
  try {
    const network = networkOf(model, relaxed, options.ports);
    const build = { relaxed, threads: threads > 1 };
    const module = await loadKernelModule(build);
    // Not kept for use offline: where it cannot be had now, all stays as it is.
    const joined = async (): Promise<WebAssembly.Module | undefined> => (await joinsVectors()) ? loadKernelModule({ ...build, joined: true }, AbortSignal.timeout(JOINED_MS)) : undefined;
    return await startSimdEngine(network, { threads, mostThreads: threads > 1 ? (options.mostThreads ?? threads) : 1 }, {
      module, ...(relaxed ? { joined } : {}), spawn: options.spawn ?? spawnThread,
    });
  } catch (error) {
    throw EngineError.from(error, 'engine-failed');
  }
}
