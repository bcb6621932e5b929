// What browsers and Node do in different ways: reading a file beside the module, and starting a thread.

/** As much as is used here of Node's own modules, whose types a browser's code does not have. */
interface NodeModules {
  'node:fs/promises': { readFile(url: URL): Promise<Uint8Array<ArrayBuffer>> };
  'node:os': { availableParallelism(): number };
  'node:worker_threads': { Worker: new (code: string, options: { eval: true; name: string }) => NodeWorker };
}

interface NodeWorker {
  on(event: string, heard: (value: unknown) => void): void;
  postMessage(message: unknown): void;
  terminate(): Promise<number>;
}

/** One of Node's own modules, asked for in a way that no bundler follows; undefined in browsers. */
export function builtin<Name extends keyof NodeModules>(name: Name): NodeModules[Name] | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: Name): NodeModules[Name] } };
  return process?.getBuiltinModule?.(name);
}

/** Which build of the kernels. */
export interface KernelBuild {
  readonly relaxed: boolean;
  readonly threads: boolean;
  /** For browsers that join two vectors to one; with relaxed SIMD. */
  readonly joined?: boolean;
}

/** Each address is written out, so that bundlers see the file. */
function kernelUrl({ relaxed, threads, joined = false }: KernelBuild): URL {
  if (joined && threads) return new URL('./simd/kernels-joined-threads.wasm', import.meta.url);
  if (joined) return new URL('./simd/kernels-joined.wasm', import.meta.url);
  if (relaxed && threads) return new URL('./simd/kernels-relaxed-threads.wasm', import.meta.url);
  if (relaxed) return new URL('./simd/kernels-relaxed.wasm', import.meta.url);
  if (threads) return new URL('./simd/kernels-threads.wasm', import.meta.url);
  return new URL('./simd/kernels.wasm', import.meta.url);
}

/** Fetches, or in Node reads, and compiles a build of the kernels. @param signal ends the fetch */
export async function loadKernelModule(build: KernelBuild, signal?: AbortSignal): Promise<WebAssembly.Module> {
  const url = kernelUrl(build);
  const fs = url.protocol === 'file:' ? builtin('node:fs/promises') : undefined;
  if (fs) return WebAssembly.compile(await fs.readFile(url));
  const response = await fetch(url, signal ? { signal } : {});
  if (!response.ok) throw new Error(`${url.href} answered ${response.status}`);
  // Some hosts serve .wasm with another MIME type, which compileStreaming refuses; the files are small.
  return WebAssembly.compile(await response.arrayBuffer());
}

/** As much of a worker as the engine uses, so that it also runs where there are no web workers. */
export interface Thread {
  addEventListener(type: 'message' | 'error', heard: (event: { readonly message?: string }) => void): void;
  postMessage(message: unknown): void;
  terminate(): void;
}

/** What thread.worker.ts does, for a thread of Node, which would not find that file in a bundle. */
const NODE_THREAD = `
  const { parentPort } = require('node:worker_threads');
  parentPort.on('message', async ({ module, memory, stackTop, help }) => {
    const { exports: kernels } = await WebAssembly.instantiate(module, { env: { memory } });
    kernels.__stack_pointer.value = stackTop;
    parentPort.postMessage('ready');
    kernels.help(...help);
  });`;

/** Starts a further thread. */
export function spawnThread(): Thread {
  const name = 'simd-thread';
  const threads = builtin('node:worker_threads');
  if (!threads) return new Worker(new URL('./simd/thread.worker.ts', import.meta.url), { type: 'module', name });
  const worker = new threads.Worker(NODE_THREAD, { eval: true, name });
  return {
    addEventListener(type, heard) {
      worker.on(type, (value) => heard(value instanceof Error ? { message: value.message } : {}));
    },
    postMessage: (message) => worker.postMessage(message),
    terminate: () => void worker.terminate(),
  };
}
