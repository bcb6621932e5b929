import { expose } from 'comlink';
import type { Engine, EngineId, EngineOptions } from '../contract/engine';
import { Fault } from '../contract/fault';
import { createOrtEngine } from './engine/ort-engine';
import { createSimdEngine } from './engine/simd';
import { workerCapabilities } from './capabilities';
import { RecogniserService } from './recogniser-service';
import { LiveThingsFollower } from './teach/live-naming';
import { openThingStore, readLiveThings } from './teach/thing-store';

function createEngine(id: EngineId, model: Uint8Array, options: EngineOptions): Promise<Engine> {
  if (typeof WebAssembly !== 'object') throw new Fault('no-wasm', 'This browser has no WebAssembly.');
  if (!workerCapabilities().wasmSimd) throw new Fault('no-simd', 'This browser has no WebAssembly SIMD.');
  return id === 'simd' ? createSimdEngine(model, options) : createOrtEngine(model, options);
}

const taught = new LiveThingsFollower(async () => readLiveThings(await openThingStore()));
expose(new RecogniserService(createEngine, taught));
