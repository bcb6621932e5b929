import { capabilities, usableThreads } from './capabilities.ts';
import type { Engine, EngineOptions } from './engine.ts';
import { EngineError } from './engine-error.ts';
import { loadKernelModule, spawnThread } from './host.ts';
import { decodeModel } from './onnx/decode.ts';
import type { OnnxModel } from './onnx/model.ts';
import { readResNet18 } from './resnet18/read.ts';
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

/**
 * Starts our own WebAssembly SIMD kernels on a ResNet-18 in ONNX: float32, float16 weights, or int8 (QDQ).
 *
 * In a browser it fetches one .wasm file that lies beside this module, in Node it reads it. Its memory is about 130 MB for
 * float32, 20 MB for int8.
 *
 * @param model bytes of the .onnx file; not kept
 * @throws EngineError `model-invalid` where the model is no ResNet-18 with 1000 classes; `engine-failed` where WebAssembly SIMD is missing,
 * the kernels could not be fetched, or int8 is not such as the kernels compute with; `threads-failed` where a thread does not start;
 * `out-of-memory`; `self-test-failed` where an int8 kernel gives a wrong number here
 * @throws RangeError where `threads` is no whole number above zero
 */
export async function createEngine(model: Uint8Array, options: EngineOptions = {}): Promise<Engine> {
  const threads = usableThreads(options.threads);
  const { wasmSimd, wasmRelaxedSimd: relaxed } = capabilities();
  if (!wasmSimd) throw new EngineError('engine-failed', 'There is no WebAssembly SIMD here, which the kernels are made of.');
  try {
    const decoded = decodeModel(model);
    const network = isQuantised(decoded) ? int8(decoded, relaxed) : floatNetwork(readResNet18(decoded));
    const module = await loadKernelModule({ relaxed, threads: threads > 1 });
    return await startSimdEngine(network, { threads }, { module, spawn: spawnThread });
  } catch (error) {
    throw EngineError.from(error, 'engine-failed');
  }
}
