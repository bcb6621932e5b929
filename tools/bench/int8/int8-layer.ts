import type { ConvolutionShape } from '../../../src/engine/resnet18/folded';
import { outputOf, sumAt, tailOf, TOP, type Int8Convolution, type Tail } from '../../../src/engine/resnet18/int8';
import { Arena } from '../../../src/engine/simd/arena';
import { allocateInt8Activations, allocateInt8Weights, int8Operator, packInt8, placeInt8Weights, unpackInt8 } from '../../../src/engine/simd/int8-layers';
import { INT8_STAGES } from '../../../src/engine/simd/int8-plan';
import { instantiateKernels, type Kernels } from '../../../src/engine/simd/kernels';
import type { Activations } from '../../../src/engine/simd/layers';
import { OPERATOR_BYTES, writeOperators } from '../../../src/engine/simd/operator';

const PAGE = 65536;
const BEHIND_RELU = { zero: 0, top: TOP };
/** Outputs that are compared with their definition. */
const SAMPLES = 500;

/** The same numbers each time, from -1 to 1. */
function randoms(seed: number): () => number {
  let state = seed >>> 0;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 31 - 1;
}

/** A convolution of made weights, whose outputs fill their range. */
function convolutionOf(shape: ConvolutionShape, residual: boolean): Int8Convolution {
  const next = randoms(shape.inChannels + shape.kernel);
  const products = shape.inChannels * shape.kernel ** 2;
  return {
    ...shape,
    weight: Int8Array.from({ length: shape.outChannels * products }, () => Math.round(next() * 127)),
    weightSteps: Float32Array.from({ length: shape.outChannels }, () => (1.5 + next()) / (60 * Math.sqrt(products) * 20)),
    bias: Float32Array.from({ length: shape.outChannels }, () => next() * 20),
    input: { step: 1, ...BEHIND_RELU },
    residual: residual ? { step: 0.5, ...BEHIND_RELU } : undefined,
    output: shape.kernel === 1 ? { step: 1, zero: 120, top: 255 } : { step: 1, ...BEHIND_RELU },
  };
}

/** One convolution by the engine's int8 kernels, in memory of its own. */
export class Int8Layer {
  private constructor(
    readonly shape: ConvolutionShape,
    private readonly kernels: Kernels,
    private readonly bytes: Uint8Array,
    private readonly convolution: Int8Convolution,
    private readonly tail: Tail,
    private readonly side: number,
    private readonly at: { readonly control: number; readonly operator: number; readonly from: Activations; readonly to: Activations },
    private readonly input: Uint8Array,
    private readonly residual: Uint8Array | undefined,
  ) {}

  static async start(module: WebAssembly.Module, shape: ConvolutionShape, residual: boolean): Promise<Int8Layer> {
    const stage = INT8_STAGES.find((s) => s.channels === shape.outChannels);
    if (!stage) throw new RangeError(`ResNet-18 has no ${shape.outChannels} channels.`);
    const { side } = stage;
    const convolution = convolutionOf(shape, residual);
    const tail = tailOf(convolution);
    const arena = new Arena(16 * PAGE);
    const [control, operator] = [arena.floats(16), arena.floats(OPERATOR_BYTES / 4)];
    const own = allocateInt8Weights(arena, shape);
    const staging = arena.floats(convolution.weight.length / 4);
    const from = allocateInt8Activations(arena, side * shape.stride, shape.inChannels);
    const [to, added] = [allocateInt8Activations(arena, side, shape.outChannels), allocateInt8Activations(arena, side, shape.outChannels)];
    const memory = new WebAssembly.Memory({ initial: Math.ceil(arena.end / PAGE), maximum: 8192 });
    const kernels = await instantiateKernels(module, memory);
    const bytes = new Uint8Array(memory.buffer);
    placeInt8Weights(kernels, memory.buffer, convolution, tail, own, staging);
    // Half of the activations behind a ReLU are zero.
    const next = randoms(7);
    const activations = (count: number): Uint8Array => Uint8Array.from({ length: count }, () => Math.max(0, Math.round(next() * TOP)));
    const input = activations(shape.inChannels * (side * shape.stride) ** 2);
    const rest = residual ? activations(shape.outChannels * side ** 2) : undefined;
    if (rest) packInt8(bytes, rest, added, side, shape.outChannels);
    writeOperators(new Int32Array(memory.buffer), operator, [int8Operator(stage, shape, tail, own, from, to, residual ? added : undefined)]);
    return new Int8Layer(shape, kernels, bytes, convolution, tail, side, { control, operator, from, to }, input, rest);
  }

  /** Writes the input anew, as the layer before would just have done, and convolves. @returns milliseconds without the writing */
  run(): number {
    packInt8(this.bytes, this.input, this.at.from, this.side * this.shape.stride, this.shape.inChannels);
    const started = performance.now();
    this.kernels.run(this.at.control, this.at.operator, 1);
    return performance.now() - started;
  }

  /** Compares the last run with the convolution by its definition. @throws Error where one bit differs */
  check(): void {
    const { side, shape } = this;
    const outputs = unpackInt8(this.bytes, this.at.to, side, shape.outChannels);
    for (let i = 0; i < SAMPLES; i++) {
      const [o, y, x] = [(i * 37) % shape.outChannels, (i * 5) % side, (i * 3) % side];
      const at = (o * side + y) * side + x;
      const wanted = outputOf(this.tail, sumAt(this.convolution, this.input, side * shape.stride, o, y, x), o, this.residual?.[at] ?? 0);
      if (outputs[at] !== wanted) throw new Error(`${shape.name} in integers is ${outputs[at]} at ${o}, ${y}, ${x}, not ${wanted}.`);
    }
  }
}
