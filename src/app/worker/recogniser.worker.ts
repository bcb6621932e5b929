import { expose } from 'comlink';
import ortModuleUrl from 'onnxruntime-web/ort-wasm-simd-threaded.mjs?url';
import ortBinaryUrl from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import { Fault } from '../../base/shared/fault';
import { allowOwnScripts } from '../../base/shared/own-scripts';
import { capabilities, createEngine, pageThread, type Engine, type EngineId, type EngineOptions } from '../../engine/index';
import { createOrtEngine } from '../../engine/ort';
import { RecogniserService } from '../../recognise/worker/index';
import { LiveClassesFollower, openClassStore, readLiveClasses } from '../../teach/worker/index';

// onnxruntime-web and the kernels start a worker a thread.
allowOwnScripts();

const absolute = (url: string): string => new URL(url, self.location.href).href;

async function startEngine(id: EngineId, model: Uint8Array, options: EngineOptions): Promise<Engine> {
  if (typeof WebAssembly !== 'object') throw new Fault('no-wasm', 'This browser has no WebAssembly.');
  if (!capabilities().wasmSimd) throw new Fault('no-simd', 'This browser has no WebAssembly SIMD.');
  try {
    if (id === 'simd') return await createEngine(model, { ...options, spawn: pageThread });
    return await createOrtEngine(model, { ...options, wasmPaths: { mjs: absolute(ortModuleUrl), wasm: absolute(ortBinaryUrl) } });
  } catch (error) {
    // The page knows faults alone.
    throw Fault.from(error, 'engine-failed');
  }
}

const taught = new LiveClassesFollower(async () => readLiveClasses(await openClassStore()));
expose(new RecogniserService(startEngine, taught));
