import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { Worker as NodeWorker } from 'node:worker_threads';

/** What thread.worker.ts does, for a thread of Node. */
const NODE_THREAD = `
  const { parentPort } = require('node:worker_threads');
  parentPort.on('message', async ({ module, memory, stackTop, control, phases, count, thread }) => {
    const { exports: kernels } = await WebAssembly.instantiate(module, { env: { memory } });
    kernels.__stack_pointer.value = stackTop;
    parentPort.postMessage('ready');
    kernels.help(control, phases, count, thread);
  });`;

/** A thread of Node with as much of a web worker's face as the engine looks at. */
export function nodeThread(): Worker {
  const worker = new NodeWorker(NODE_THREAD, { eval: true });
  const face = {
    addEventListener: (type: string, heard: (event: { message?: string }) => void): void => {
      worker.on(type, (value: unknown) => heard(value instanceof Error ? { message: value.message } : {}));
    },
    postMessage: (message: unknown): void => worker.postMessage(message),
    terminate: (): void => void worker.terminate(),
  };
  return face as unknown as Worker;
}

export const noThreads = (): Worker => {
  throw new Error('no workers here');
};

/** A build of the kernels; those with relaxed SIMD want {@link relaxedSimdInNode} first. */
export function kernelModule(name = 'kernels.wasm'): Promise<WebAssembly.Module> {
  return WebAssembly.compile(new Uint8Array(readFileSync(new URL(`../../src/engine/simd/${name}`, import.meta.url))));
}

/**
 * Node 20 has relaxed SIMD behind a flag (later ones have it, and do not know the flag any more). Its baseline compiler (Liftoff of V8
 * 11.3) mixes registers up in the dot product where many are in use; its optimising one, which is taken alone here, does not.
 */
export function relaxedSimdInNode(): void {
  if (Number(process.versions.node.split('.')[0]) >= 21) return;
  setFlagsFromString('--experimental-wasm-relaxed-simd');
  setFlagsFromString('--no-liftoff');
}
