import { capabilities, usableThreads } from './capabilities.ts';
import type { Engine, EngineOptions } from './engine.ts';
import { EngineError } from './engine-error.ts';
import { loadKernelModule, spawnThread } from './host.ts';
import { graphNetwork } from './graph/graph-network.ts';
import { readGraph } from './graph/read-graph.ts';
import { asResNet18 } from './graph/resnet.ts';
import type { ClassifierPorts } from './model.ts';
import { decodeModel } from './onnx/decode.ts';
import type { OnnxModel } from './onnx/model.ts';
import { isQuantised, readInt8ResNet18 } from './resnet18/read-int8.ts';
import { floatNetwork } from './simd/float-network.ts';
import { int8Network } from './simd/int8-network.ts';
import type { PlanNetwork } from './simd/network.ts';
import { startSimdEngine } from './simd/simd-engine.ts';

/** Int8 that onnxruntime-web runs may be of another recipe than our kernels know: no fault of the file. */
function int8(model: OnnxModel, relaxed: boolean): PlanNetwork {
  if (!relaxed) throw new EngineError('engine-failed', 'There is no relaxed SIMD here, which the int8 kernels are made of.');
  try {
    return int8Network(readInt8ResNet18(model));
  } catch (error) {
    if (error instanceof EngineError) throw new EngineError('engine-failed', error.message, { cause: error });
    throw EngineError.from(error, 'engine-failed');
  }
}

/** ResNet-18 by kernels of its own, which are the quicker for it; any other network as its graph has it. */
function float(model: OnnxModel, ports: ClassifierPorts | undefined): PlanNetwork {
  const network = readGraph(model, ports);
  const resnet = asResNet18(network);
  return resnet ? floatNetwork(resnet) : graphNetwork(network);
}

/**
 * Starts our own WebAssembly SIMD kernels on an image classifier in ONNX: float32 or float16 weights of any network that is made of what
 * the kernels know (see `readGraph`), or ResNet-18 in int8 (QDQ).
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
    const decoded = decodeModel(model);
    const network = isQuantised(decoded) ? int8(decoded, relaxed) : float(decoded, options.ports);
    const module = await loadKernelModule({ relaxed, threads: threads > 1 });
    return await startSimdEngine(network, { threads }, { module, spawn: spawnThread });
  } catch (error) {
    throw EngineError.from(error, 'engine-failed');
  }
}
