import * as ort from 'onnxruntime-web/wasm';
import { REST } from './measurements';

/** One line of onnxruntime's profile (Chrome's trace format), durations in microseconds. */
interface ProfileEvent {
  readonly cat: string;
  readonly name: string;
  readonly dur: number;
}

/** The convolution that a node of the graph belongs to: what is fused with or stands behind one counts for it. */
function ownerOf(node: string): string {
  const block = /^(layer\d\.\d)\.(.+)$/.exec(node);
  if (block) return `${block[1]}.${/^(conv1|relu1)/.test(block[2]) ? 'conv1' : block[2].startsWith('downsample') ? 'downsample.0' : 'conv2'}`;
  return /^(conv1|relu|maxpool)/.test(node) ? 'conv1' : REST;
}

/** onnxruntime-web on one thread with its profiler on, which prints one event a line when it ends. */
export class OrtLayers {
  private constructor(
    private readonly session: ort.InferenceSession,
    private readonly feeds: Readonly<Record<string, ort.Tensor>>,
    private readonly lines: string[],
  ) {}

  static async start(model: Uint8Array, folder: string, input: Float32Array): Promise<OrtLayers> {
    const lines: string[] = [];
    // Emscripten takes console.log as its standard output when the module starts.
    const print = console.log;
    console.log = (...words: unknown[]) => void lines.push(words.join(' '));
    try {
      ort.env.wasm.wasmPaths = folder;
      ort.env.wasm.numThreads = 1;
      const session = await ort.InferenceSession.create(model, { executionProviders: ['wasm'], graphOptimizationLevel: 'all', enableProfiling: true });
      return new OrtLayers(session, { input: new ort.Tensor('float32', input, [1, 3, 224, 224]) }, lines);
    } finally {
      console.log = print;
    }
  }

  /** @returns logits */
  async run(): Promise<Float32Array> {
    const results = await this.session.run(this.feeds, ['logits']);
    return results['logits'].data as Float32Array;
  }

  /** Ends the session. @returns milliseconds of the last `rounds` runs by convolution, and of whole runs */
  async end(rounds: number): Promise<{ layers: Map<string, number[]>; whole: number[] }> {
    this.session.endProfiling();
    await this.session.release();
    const events = this.lines.flatMap((line) => (line.startsWith('{') ? [JSON.parse(line.replace(/,\s*$/, '')) as ProfileEvent] : []));
    const whole = events.filter((e) => e.name === 'model_run').map((e) => e.dur / 1000);
    const nodes = new Map<string, number[]>();
    for (const { cat, name, dur } of events) {
      const node = cat === 'Node' ? /^(.+)_kernel_time$/.exec(name)?.[1] : undefined;
      if (node !== undefined) nodes.set(node, [...(nodes.get(node) ?? []), dur / 1000]);
    }
    const layers = new Map<string, number[]>();
    for (const [node, times] of nodes) {
      if (times.length !== whole.length) throw new Error(`onnxruntime-web's profile has ${times.length} runs of ${node} and ${whole.length} of the network.`);
      const owner = ownerOf(node);
      const own = layers.get(owner) ?? new Array<number>(rounds).fill(0);
      layers.set(owner, own.map((sum, i) => sum + times[times.length - rounds + i]));
    }
    return { layers, whole: whole.slice(-rounds) };
  }
}
