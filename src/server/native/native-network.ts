import { readFile, writeFile } from 'node:fs/promises';
import { comparableScores, placeNatively, type NativeLayout, type NativeMemory } from '../../engine/index';
import { selfTest, type Runner } from '../inference/running';
import type { NativeWeights, Network } from '../job';
import { loadAddon, type Addon } from './addon';

/** Whose answers the native kernels give as onnxruntime does. */
function covered({ own, model }: Network): void {
  if (own && own.answers !== 'scores' && own.answers !== 'probabilities') throw new Error(`The native kernels do not run ${model}, whose classes have a probability each.`);
}

function place(addon: Addon, bytes: Uint8Array, options: Parameters<typeof placeNatively>[1]): ReturnType<typeof placeNatively> {
  return placeNatively(bytes, options, (size): NativeMemory => {
    const buffer = addon.memory(size);
    return {
      buffer,
      kernels: {
        run: (...at) => addon.run(buffer, ...at),
        prepare_conv1: (...at) => addon.prepare_conv1(buffer, ...at),
        prepare_direct: (...at) => addon.prepare_direct(buffer, ...at),
        prepare_int8: (...at) => addon.prepare_int8(buffer, ...at),
        prepare_winograd2: (...at) => addon.prepare_winograd2(buffer, ...at),
        prepare_winograd4: (...at) => addon.prepare_winograd4(buffer, ...at),
      },
    };
  });
}

/** A network's memory, for all runners of it: one runs at a time, each on threads of its own number. */
class Memory {
  #users = 0;
  #helpers = 0;

  /** @param unused called once nobody uses it any more */
  constructor(
    private readonly addon: Addon,
    readonly buffer: ArrayBuffer,
    readonly layout: NativeLayout,
    private readonly unused: () => void = () => undefined,
  ) {}

  /** One more uses it, on so many threads. @throws Error where one of them does not start */
  use(threads: number): void {
    const { control, operators, count } = this.layout.operators;
    this.#users++;
    try {
      for (; this.#helpers + 1 < threads; this.#helpers++) this.addon.help(this.buffer, control, operators, count, this.#helpers + 1);
    } catch (error) {
      this.leave();
      throw error;
    }
  }

  /** Ends the threads with the last that uses it. */
  leave(): void {
    if (--this.#users > 0) return;
    this.addon.end(this.buffer);
    this.#helpers = 0;
    this.unused();
  }

  run(threads: number): void {
    const { control, operators, count } = this.layout.operators;
    this.addon.use_threads(this.buffer, control, threads);
    this.addon.run(this.buffer, control, operators, count);
  }
}

async function placed(network: Network, threads: number): Promise<Memory> {
  covered(network);
  const { addon, integers } = loadAddon();
  const { layout, memory } = place(addon, await readFile(network.path), { threads, integers, ...(network.own ? { ports: network.own } : {}) });
  return new Memory(addon, memory.buffer, layout);
}

/** A network on our own kernels, compiled for the processor itself. */
export class NativeNetwork implements Runner {
  readonly engine = 'native';
  readonly input: Float32Array;
  readonly #fed: Float32Array;
  readonly #logits: Float32Array;
  /** By the file that they were mapped from. */
  static readonly #mapped = new Map<string, Memory>();

  /** @param threads that compute, no more than it was laid out for */
  constructor(
    private readonly memory: Memory,
    private readonly threads: number,
  ) {
    const { buffer, layout: { input, size, logits, classes } } = memory;
    this.#fed = new Float32Array(buffer, input, 3 * size ** 2);
    this.input = new Float32Array(this.#fed.length);
    this.#logits = new Float32Array(buffer, logits, classes);
    memory.use(threads);
  }

  /** Reads a network from its own file. @throws Error where the native kernels do not run it, or not here */
  static async load(network: Network, threads: number): Promise<NativeNetwork> {
    return new NativeNetwork(await placed(network, threads), threads);
  }

  /** Maps one that {@link prepareNative} has made. @throws Error where its file is not there any more, or other kernels have made it */
  static map(layout: NativeWeights, path: string, threads: number): NativeNetwork {
    const { addon, digest } = loadAddon();
    if (layout.kernels !== digest) throw new Error('The native kernels are not those that prepared them: start the service anew.');
    let memory = NativeNetwork.#mapped.get(path);
    if (memory?.layout.bytes !== layout.bytes) {
      memory = new Memory(addon, addon.memory(layout.bytes, path), layout, () => NativeNetwork.#mapped.delete(path));
      NativeNetwork.#mapped.set(path, memory);
    }
    return new NativeNetwork(memory, Math.min(threads, layout.threads));
  }

  run(): Promise<Float32Array> {
    this.#fed.set(this.input);
    this.memory.run(this.threads);
    return Promise.resolve(comparableScores(this.#logits.slice(), this.memory.layout.answers));
  }

  release(): Promise<void> {
    this.memory.leave();
    return Promise.resolve();
  }
}

/** A network that is ready to be written for all processes. */
export interface PreparedNetwork {
  readonly weights: NativeWeights;
  /** Writes its memory, all of it: holes would be filled when they are first touched, and where there is no room for that a signal ends the process. */
  write(path: string): Promise<void>;
}

/**
 * Puts a network into memory as the native kernels read it, and tries it there.
 *
 * @param threads that may compute at a time
 * @throws Error where the native kernels do not run it, or not here, or answer wrongly
 */
export async function prepareNative(network: Network, threads: number): Promise<PreparedNetwork> {
  const memory = await placed(network, threads);
  const runner = new NativeNetwork(memory, 1);
  try {
    await selfTest(network, runner);
  } finally {
    await runner.release();
  }
  return {
    weights: { ...memory.layout, kernels: loadAddon().digest },
    write: (path) => writeFile(path, new Uint8Array(memory.buffer, 0, memory.layout.bytes), { flag: 'wx' }),
  };
}
