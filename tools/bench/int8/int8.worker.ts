// Our int8 kernels against our float kernels, shape by shape in interleaved rounds on one thread.
import { decodeModel } from '../../../src/engine/onnx/decode';
import { fillSelfTestInput } from '../../../src/engine/self-test';
import { RESNET18_CONVOLUTIONS, type ConvolutionShape } from '../../../src/engine/resnet18/folded';
import { readResNet18 } from '../../../src/engine/resnet18/read';
import { OwnLayers } from '../layers/own-layers';
import { Int8Layer } from './int8-layer';

export interface Int8Request {
  readonly modelUrl: string;
  readonly kernelsUrl: string;
  readonly rooflineUrl: string;
  readonly rounds: number;
}

export interface Int8Measurements {
  /** Milliseconds by layer of whole runs of the float network. */
  readonly float: Readonly<Record<string, readonly number[]>>;
  readonly layers: readonly { readonly shape: ConvolutionShape; readonly residual: boolean; readonly times: readonly number[] }[];
  /** G multiply-adds a second of the bare dot product, each round. */
  readonly peak: readonly number[];
}

const WARM_UP = 15;
const PEAK_STEPS = 500_000;

/** One of each shape; the second convolution of a block also adds the residual. */
export const isResidual = (name: string): boolean => name.endsWith('.conv2');
const key = (c: ConvolutionShape): string => `${c.inChannels} ${c.outChannels} ${c.kernel} ${c.stride} ${isResidual(c.name)}`;

async function measure({ modelUrl, kernelsUrl, rooflineUrl, rounds }: Int8Request): Promise<Int8Measurements> {
  const weights = readResNet18(decodeModel(new Uint8Array(await (await fetch(modelUrl)).arrayBuffer())));
  const input = new Float32Array(3 * 224 * 224);
  fillSelfTestInput(input);
  const module = await WebAssembly.compileStreaming(fetch(kernelsUrl));
  const own = await OwnLayers.start(module, weights, input);
  const memory = new WebAssembly.Memory({ initial: 32, maximum: 8192 });
  const { instance } = await WebAssembly.instantiateStreaming(fetch(rooflineUrl), { env: { memory } });
  const { relaxed_dot: relaxedDot } = instance.exports as unknown as { readonly relaxed_dot: (n: number) => number };
  const shapes = RESNET18_CONVOLUTIONS.filter((c, i, all) => c.name !== 'conv1' && all.findIndex((d) => key(d) === key(c)) === i);
  const layers = await Promise.all(shapes.map((shape) => Int8Layer.start(module, shape, isResidual(shape.name))));
  const times = layers.map(() => [] as number[]);
  const float = new Map<string, number[]>();
  const peak: number[] = [];
  for (let round = -WARM_UP; round < rounds; round++) {
    const own1 = own.run();
    const alone = layers.map((layer) => layer.run());
    const started = performance.now();
    relaxedDot(PEAK_STEPS);
    const dotMs = performance.now() - started;
    if (round < 0) continue;
    for (const [name, ms] of own1) float.set(name, [...(float.get(name) ?? []), ms]);
    for (const [i, ms] of alone.entries()) times[i].push(ms);
    peak.push((PEAK_STEPS * 12 * 16) / dotMs / 1e6);
  }
  for (const layer of layers) layer.check();
  return {
    float: Object.fromEntries(float), peak,
    layers: layers.map((layer, i) => ({ shape: layer.shape, residual: isResidual(layer.shape.name), times: times[i] })),
  };
}

self.addEventListener('message', (event: MessageEvent<Int8Request>) => {
  measure(event.data).then(
    (result) => self.postMessage({ result }),
    (error: unknown) => self.postMessage({ error: error instanceof Error ? `${error.message}\n${error.stack ?? ''}` : String(error) }),
  );
});
