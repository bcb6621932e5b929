import { expose } from 'comlink';
import type { Engine, EngineId, EngineOptions } from '../../engine/engine';
import { Fault } from '../../base/shared/fault';
import { createOrtEngine } from '../../engine/ort/ort-engine';
import { createSimdEngine } from '../../engine/simd';
import { workerCapabilities } from '../../engine/capabilities';
import { RecogniserService } from '../../recognise/worker/recogniser-service';
import { LiveThingsFollower } from '../../teach/worker/live-naming';
import { openThingStore, readLiveThings } from '../../teach/worker/class-store';

async function createEngine(id: EngineId, model: Uint8Array, options: EngineOptions): Promise<Engine> {
  if (typeof WebAssembly !== 'object') throw new Fault('no-wasm', 'This browser has no WebAssembly.');
  if (!workerCapabilities().wasmSimd) throw new Fault('no-simd', 'This browser has no WebAssembly SIMD.');
  try {
    return await (id === 'simd' ? createSimdEngine(model, options) : createOrtEngine(model, options));
  } catch (error) {
    // The page knows faults alone.
    throw Fault.from(error, 'engine-failed');
  }
}

const taught = new LiveThingsFollower(async () => readLiveThings(await openThingStore()));
expose(new RecogniserService(createEngine, taught));
