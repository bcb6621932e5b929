/** What the compiled kernels export (src/engine/kernels). Addresses in bytes. */
export interface Kernels {
  readonly __heap_base: WebAssembly.Global;
  readonly __stack_pointer: WebAssembly.Global;
  run(control: number, operators: number, count: number): void;
  /** Only in the builds with threads; returns when told to stop. */
  help?(control: number, operators: number, count: number, thread: number): void;
  /** Only in the builds with threads: how many compute from the next frame on. */
  use_threads?(control: number, threads: number): void;
  prepare_conv1(from: number, to: number, oc: number): void;
  prepare_direct(from: number, to: number, oc: number, ic: number, taps: number): void;
  prepare_winograd2(from: number, to: number, oc: number, ic: number): void;
  prepare_winograd4(from: number, to: number, oc: number, ic: number): void;
  /** Only in the builds with relaxed SIMD. */
  prepare_int8?(from: number, to: number, oc: number, ic: number, taps: number): void;
}

/** Stack of each thread, bytes; the first one has the module's own. */
export const STACK_BYTES = 65536;

export async function instantiateKernels(module: WebAssembly.Module, memory: WebAssembly.Memory): Promise<Kernels> {
  const instance = await WebAssembly.instantiate(module, { env: { memory } });
  return instance.exports as unknown as Kernels;
}

/** What a helping thread is sent. */
export interface HelpRequest {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly stackTop: number;
  /** What `help` is called with. */
  readonly help: Parameters<NonNullable<Kernels['help']>>;
}
