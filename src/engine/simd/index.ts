import type { Engine, EngineOptions } from '../engine';
import { EngineError } from '../engine-error';
import { decodeModel } from '../onnx/decode';
import type { OnnxModel } from '../onnx/model';
import { readResNet18 } from '../resnet18/read';
import { isQuantised, readIntegerResNet18 } from '../resnet18/read-int8';
import { workerCapabilities } from '../capabilities';
import { floatNetwork } from './float-network';
import { integerNetwork } from './int8-network';
import { loadKernelModule } from './load-module';
import type { PlanNetwork } from './network';
import { startSimdEngine } from './simd-engine';

/** Integers that onnxruntime-web runs may be of another recipe than our kernels know: no fault of the file. */
function integers(model: OnnxModel, relaxed: boolean): PlanNetwork {
  if (!relaxed) throw new EngineError('engine-failed', 'This browser has no relaxed SIMD, which our integer kernels are made of.');
  try {
    return integerNetwork(readIntegerResNet18(model));
  } catch (error) {
    throw EngineError.from(error, 'engine-failed');
  }
}

/**
 * Starts our own kernels on a ResNet-18 in ONNX, float32 or in integers (QDQ).
 *
 * @throws EngineError `model-invalid` where the model is another one, `engine-failed` where its integers are not such as our kernels compute
 * with, or the browser lacks what they need, and what {@link startSimdEngine} throws
 */
export async function createSimdEngine(model: Uint8Array, options: EngineOptions): Promise<Engine> {
  try {
    const { wasmRelaxedSimd: relaxed } = workerCapabilities();
    const decoded = decodeModel(model);
    const network = isQuantised(decoded) ? integers(decoded, relaxed) : floatNetwork(readResNet18(decoded));
    const module = await loadKernelModule({ relaxed, threads: options.threads > 1 });
    const spawn = (): Worker => new Worker(new URL('./thread.worker.ts', import.meta.url), { type: 'module', name: 'simd-thread' });
    return await startSimdEngine(network, options, { module, spawn });
  } catch (error) {
    if (error instanceof Error && ['WeightsError', 'OnnxError'].includes(error.name)) {
      throw new EngineError('model-invalid', error.message, { cause: error });
    }
    throw EngineError.from(error, 'engine-failed');
  }
}
