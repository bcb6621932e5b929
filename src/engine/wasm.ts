/**
 * Workers may compile and instantiate at once, and do: of Firefox 153 a promise of it was seen that never settled (one start in some thirty beside a
 * busy machine), and the start waited with it.
 */
const atOnce = typeof (globalThis as { WorkerGlobalScope?: unknown }).WorkerGlobalScope === 'function';

/** @throws WebAssembly.CompileError */
export async function compileWasm(bytes: BufferSource): Promise<WebAssembly.Module> {
  return atOnce ? new WebAssembly.Module(bytes) : await WebAssembly.compile(bytes);
}

/** @throws WebAssembly.LinkError */
export async function instantiateWasm(module: WebAssembly.Module, imports?: WebAssembly.Imports): Promise<WebAssembly.Instance> {
  return atOnce ? new WebAssembly.Instance(module, imports) : await WebAssembly.instantiate(module, imports);
}
