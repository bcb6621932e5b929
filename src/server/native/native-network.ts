import { open, readFile, rm } from 'node:fs/promises';
import { placeNatively, type NativeLayout, type NativeMemory } from '../../engine/index';
import type { Runner } from '../inference/running';
import type { Network } from '../job';
import { loadAddon, type Addon } from './addon';

/** Bytes that are written at a time, or passed over where they are all zero. */
const STRIDE = 2 ** 16;

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

async function placed(network: Network, threads: number): Promise<{ readonly addon: Addon; readonly layout: NativeLayout; readonly buffer: ArrayBuffer }> {
  covered(network);
  const { addon, integers } = loadAddon();
  const { layout, memory } = place(addon, await readFile(network.path), { threads, integers, ...(network.own ? { ports: network.own } : {}) });
  return { addon, layout, buffer: memory.buffer };
}

/** A network on our own kernels, compiled for the processor itself. */
export class NativeNetwork implements Runner {
  readonly engine = 'native';
  readonly input: Float32Array;
  readonly #fed: Float32Array;
  readonly #logits: Float32Array;
  /** Memory by the file that it was mapped from, of networks that run on several numbers of threads: one at a time, so that they can share it. */
  static readonly #mapped = new Map<string, ArrayBuffer>();

  /** @param threads that compute, no more than it was laid out for */
  private constructor(
    private readonly addon: Addon,
    private readonly buffer: ArrayBuffer,
    private readonly layout: NativeLayout,
    private readonly threads: number,
  ) {
    const { input, size, logits, classes, operators: { control, operators, count } } = layout;
    this.#fed = new Float32Array(buffer, input, 3 * size ** 2);
    this.input = new Float32Array(this.#fed.length);
    this.#logits = new Float32Array(buffer, logits, classes);
    for (let thread = 1; thread < threads; thread++) addon.help(buffer, control, operators, count, thread);
  }

  /** Reads a network from its own file. @throws Error where the native kernels do not run it, or not here */
  static async load(network: Network, threads: number): Promise<NativeNetwork> {
    const { addon, layout, buffer } = await placed(network, threads);
    return new NativeNetwork(addon, buffer, layout, threads);
  }

  /** Maps one that {@link prepareNative} has written. @throws Error where its file is not there any more */
  static map(layout: NativeLayout, path: string, threads: number): NativeNetwork {
    const { addon } = loadAddon();
    const mapped = NativeNetwork.#mapped.get(path);
    const buffer = mapped?.byteLength === layout.bytes ? mapped : addon.memory(layout.bytes, path);
    NativeNetwork.#mapped.set(path, buffer);
    return new NativeNetwork(addon, buffer, layout, Math.min(threads, layout.threads));
  }

  run(): Promise<Float32Array> {
    const { control, operators, count } = this.layout.operators;
    this.#fed.set(this.input);
    this.addon.use_threads(this.buffer, control, this.threads);
    this.addon.run(this.buffer, control, operators, count);
    return Promise.resolve(this.#logits.slice());
  }

  release(): Promise<void> {
    this.addon.end(this.buffer);
    return Promise.resolve();
  }
}

/**
 * Writes a network's memory into a file, its weights as the native kernels read them.
 *
 * @param threads that may compute at a time
 * @returns where everything lies in it
 * @throws Error where the native kernels do not run it, or not here, or there is no room for the file
 */
export async function prepareNative(network: Network, threads: number, path: string): Promise<NativeLayout> {
  const { layout, buffer } = await placed(network, threads);
  const file = await open(path, 'wx');
  try {
    await file.truncate(layout.bytes);
    const zeros = Buffer.alloc(STRIDE);
    for (let at = 0; at < layout.bytes; at += STRIDE) {
      const part = Buffer.from(buffer, at, Math.min(STRIDE, layout.bytes - at));
      if (!part.equals(zeros.subarray(0, part.length))) await file.write(part, 0, part.length, at);
    }
    return layout;
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await file.close();
  }
}
