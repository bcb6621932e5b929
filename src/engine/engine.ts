import type { ClassifierPorts } from './model.ts';
import type { Thread } from './host.ts';

/** Which implementation runs the network. `ort` is onnxruntime-web on WASM, `simd` is our own WebAssembly SIMD kernel set. */
export type EngineId = 'ort' | 'simd';

/** What one run of the network gives. Both arrays are owned by the engine and overwritten by its next run: copy what must outlive it. */
export interface EngineOutput {
  /**
   * Unnormalised class scores, shape [1, classes]: those whose softmax are the probabilities; logarithms of them where each class has one
   * of its own (see `probabilitiesOf`). Index = ImageNet-1k class for the networks
   * with 1000 of them that come with the app.
   */
  readonly logits: Float32Array;
  /** Globally pooled activations before the classifier, shape [1, 512] for ResNet-18; undefined where the model has no such output. */
  readonly features: Float32Array | undefined;
}

/**
 * How much each place of a network's input speaks for a class: class activation mapping (Zhou et al., Learning Deep Features for
 * Discriminative Localization, 2016), the classifier's weights of the class times the activations before they are averaged.
 */
export interface ClassMap {
  /** Places along each side: 7 x 7 for ResNet-18 and 224 pixels. */
  readonly width: number;
  readonly height: number;
  /** Shape [height, width]; their mean and the class's bias make its score. Below 0 a place speaks against the class. */
  readonly values: Float32Array;
}

/**
 * One loaded network, ready to run. Not re-entrant: a second `run` before the first has settled is a programming error
 * and rejects.
 */
export interface Engine {
  readonly id: EngineId;
  /** Threads that really compute, 1 or more. */
  readonly threads: number;
  /** As many as {@link Engine.useThreads} may be asked for; missing where the number of threads stays as it is. */
  readonly mostThreads?: number;
  /**
   * The input buffer, float32 NCHW, shape [1, 3, size, size], normalised RGB. The caller writes into it, then calls `run`;
   * so no copy is made and nothing is allocated per frame. Read it anew before each frame: a WASM memory may have grown.
   */
  readonly input: Float32Array;
  /** Runs the network on `input`; the thread that calls it computes meanwhile. Rejects with an Error whose message says what failed. */
  run(): Promise<EngineOutput>;
  /**
   * The map of a class in the latest run, newly made, synchronously, in some 25 thousand multiplications. Missing where the model's
   * classifier does not read averaged activations.
   * @param index of the class
   */
  classMap?(index: number): ClassMap;
  /**
   * Has so many threads compute from the next run on, which are started where they are new; not while it runs.
   * @throws EngineError `threads-failed` where one does not start: as many compute as before
   * @throws RangeError where they are none, or more than `mostThreads`
   */
  useThreads?(threads: number): Promise<void>;
  /**
   * Gives back what the engine holds (threads included, which keep a Node process alive until then). Memory of a WASM instance only goes
   * back when nothing refers to the engine any more, in some browsers when its worker ends.
   */
  dispose(): void;
}

/** How an engine is to be started. */
export interface EngineOptions {
  /**
   * Threads wanted, 1 or more; left out, one for each processor, `MOST_THREADS` at most. An engine uses 1 where memory cannot be
   * shared (a page that is not cross-origin isolated), and in a page's own thread, which may not wait for others: use a worker there.
   */
  readonly threads?: number;
  /**
   * Up to so many threads may be asked for later (see `Engine.useThreads`), where more than one compute at all; as many as `threads` if
   * left out.
   */
  readonly mostThreads?: number;
  /** Starts a further thread of our own kernels; a worker that is started here if left out. */
  readonly spawn?: () => Thread;
  /** How the model is fed and read, for engines that run any classifier; as its file says if left out. */
  readonly ports?: ClassifierPorts;
}
