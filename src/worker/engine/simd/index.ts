import type { Engine, EngineOptions } from '../../../contract/engine';
import { Fault } from '../../../contract/fault';
import { decodeModel } from '../../../domain/onnx/decode';
import { readResNet18 } from '../../../domain/resnet18/read';
import { workerCapabilities } from '../../capabilities';
import { loadKernelModule } from './load-module';
import { startSimdEngine } from './simd-engine';

/**
 * Starts our own kernels on a float32 ONNX ResNet-18.
 *
 * @throws Fault `model-invalid` where the model is another one, and what {@link startSimdEngine} throws
 */
export async function createSimdEngine(model: Uint8Array, options: EngineOptions): Promise<Engine> {
  try {
    const weights = readResNet18(decodeModel(model));
    const { wasmRelaxedSimd: relaxed } = workerCapabilities();
    const module = await loadKernelModule({ relaxed, threads: options.threads > 1 });
    const spawn = (): Worker => new Worker(new URL('./thread.worker.ts', import.meta.url), { type: 'module', name: 'simd-thread' });
    return await startSimdEngine(weights, options, { module, spawn });
  } catch (error) {
    if (error instanceof Error && ['WeightsError', 'OnnxError'].includes(error.name)) {
      throw new Fault('model-invalid', error.message, { cause: error });
    }
    throw Fault.from(error, 'engine-failed');
  }
}
