import { beforeAll, describe, expect, it } from 'vitest';
import { RESNET18_CONVOLUTIONS, type ConvolutionShape } from '../../../src/engine/resnet18/folded';
import { outputOf, sumAt, tailOf, TOP, type Int8Convolution } from '../../../src/engine/resnet18/int8';
import { Arena } from '../../../src/engine/simd/arena';
import { unpackFloats } from '../../../src/engine/simd/layers';
import { allocateInt8Activations, allocateInt8Weights, int8Operator, packInt8, placeInt8Weights, unpackInt8 } from '../../../src/engine/simd/int8-layers';
import { INT8_STAGES } from '../../../src/engine/simd/int8-plan';
import { instantiateKernels } from '../../../src/engine/simd/kernels';
import { allocateActivations } from '../../../src/engine/simd/layers';
import { OPERATOR_BYTES, writeOperators } from '../../../src/engine/simd/operator';
import { STAGES } from '../../../src/engine/simd/plan';
import { kernelModule, relaxedSimdInNode } from '../../support/node-thread';
import { noise } from '../../support/weights';

/** Output channels that are looked at, each in all its places: every lane of a block, and channels of each piece. */
const channelsOf = (count: number): number[] => Array.from({ length: 16 }, (_, i) => i * (count / 16) + (i % (count / 16)));

/** One of each kind of convolution that the network has, and how it ends. */
const KINDS = [
  ['layer1.0.conv1', 'plain'],
  ['layer1.0.conv2', 'residual'],
  ['layer2.0.conv1', 'plain'],
  ['layer2.0.downsample.0', 'added'],
  ['layer2.0.conv2', 'shortcut'],
  ['layer3.0.conv1', 'plain'],
  ['layer3.0.downsample.0', 'added'],
  ['layer3.1.conv1', 'plain'],
  ['layer3.1.conv2', 'residual'],
  ['layer4.0.conv1', 'plain'],
  ['layer4.0.downsample.0', 'added'],
  ['layer4.0.conv2', 'shortcut'],
  ['layer4.1.conv1', 'plain'],
  ['layer4.1.conv2', 'floats'],
] as const;
type Ending = (typeof KINDS)[number][1];

const BEHIND_RELU = { zero: 0, top: TOP };

function convolutionOf(shape: ConvolutionShape, ending: Ending, weight: (i: number) => number): Int8Convolution {
  const next = noise(shape.inChannels + shape.outChannels + shape.kernel);
  const sums = 60 * 60 * Math.sqrt(shape.inChannels * shape.kernel ** 2);
  const residual = ending === 'residual' || ending === 'floats' ? { step: 0.017, ...BEHIND_RELU } : ending === 'shortcut' ? { step: 0.018, zero: 141, top: 255 } : undefined;
  return {
    ...shape,
    weight: Int8Array.from({ length: shape.outChannels * shape.inChannels * shape.kernel ** 2 }, (_, i) => weight(i)),
    weightSteps: Float32Array.from({ length: shape.outChannels }, () => (40 * (1.5 + next())) / sums),
    bias: Float32Array.from({ length: shape.outChannels }, () => 0.3 * next()),
    input: { step: 0.021, ...BEHIND_RELU },
    output: ending === 'added' ? { step: 0.011, zero: 120, top: 255 } : { step: 0.013, ...BEHIND_RELU },
    residual,
  };
}

describe('convolutions in integers', () => {
  let module: WebAssembly.Module;
  beforeAll(async () => {
    relaxedSimdInNode();
    module = await kernelModule('kernels-relaxed.wasm');
  });

  /** Runs one convolution and compares channels with its definition. @returns the outputs looked at */
  async function compare(name: string, ending: Ending, weight: (i: number) => number, value: () => number): Promise<number[]> {
    const shape = RESNET18_CONVOLUTIONS.find((c) => c.name === name);
    const stage = INT8_STAGES.find((s) => s.channels === shape?.outChannels);
    const floatStage = STAGES.find((s) => s.channels === shape?.outChannels);
    if (!shape || !stage || !floatStage) throw new Error(`There is no ${name}.`);
    const { side, channels } = stage;
    const inSide = side * shape.stride;
    const c = convolutionOf(shape, ending, weight);
    const tail = tailOf(c, ending === 'floats');
    const arena = new Arena(2 ** 20);
    const [control, address] = [arena.floats(16), arena.floats(OPERATOR_BYTES / 4)];
    const own = allocateInt8Weights(arena, shape);
    const staging = arena.floats(c.weight.length / 4);
    const from = allocateInt8Activations(arena, inSide, shape.inChannels);
    const added = c.residual && allocateInt8Activations(arena, side, channels);
    const to = ending === 'floats' ? allocateActivations(arena, floatStage) : allocateInt8Activations(arena, side, channels);
    const pages = Math.ceil(arena.end / 65536);
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    const kernels = await instantiateKernels(module, memory);
    const bytes = new Uint8Array(memory.buffer);
    const input = Uint8Array.from({ length: shape.inChannels * inSide ** 2 }, value);
    const next = noise(5);
    const residual = c.residual && Uint8Array.from({ length: channels * side ** 2 }, () => ((next() + 1) / 2) * (c.residual?.top ?? 0));
    placeInt8Weights(kernels, memory.buffer, c, tail, own, staging);
    packInt8(bytes, input, from, inSide, shape.inChannels);
    if (residual && added) packInt8(bytes, residual, added, side, channels);
    writeOperators(new Int32Array(memory.buffer), address, [int8Operator(stage, shape, tail, own, from, to, added)]);
    kernels.run(control, address, 1);
    const outputs = ending === 'floats' ? new Float32Array(channels * side ** 2) : unpackInt8(bytes, to, side, channels);
    if (outputs instanceof Float32Array) unpackFloats(new Float32Array(memory.buffer), to, side, outputs);
    const seen: number[] = [];
    for (const o of channelsOf(channels)) {
      for (let at = o * side ** 2; at < (o + 1) * side ** 2; at++) {
        const [x, y] = [at % side, Math.floor(at / side) % side];
        const value = outputOf(tail, sumAt(c, input, inSide, o, y, x), o, residual?.[at] ?? 0);
        const wanted = ending === 'floats' ? Math.max(0, value) : value;
        if (outputs[at] !== wanted) throw new Error(`${name} at ${o}, ${y}, ${x}: ${outputs[at]}, by definition ${wanted}`);
        seen.push(wanted);
      }
    }
    return seen;
  }

  it.each(KINDS)('gives for %s (%s) bit for bit what its definition does', async (name, ending) => {
    const next = noise(7);
    const seen = await compare(name, ending, () => Math.round(next() * 127), () => Math.max(0, Math.round(next() * 127)));
    // Neither all cut off nor all the same.
    expect(new Set(seen).size).toBeGreaterThan(50);
    const top = Math.max(...new Set(seen));
    expect(seen.filter((v) => v > 0 && v < top).length / seen.length).toBeGreaterThan(0.15);
  });

  it.each([127, -127])('does not overflow where all activations are at their top and all weights %i', async (weight) => {
    for (const [name, ending] of [['layer4.1.conv1', 'plain'], ['layer4.0.downsample.0', 'added'], ['layer4.1.conv2', 'floats']] as const) {
      await compare(name, ending, () => weight, () => TOP);
    }
  });
});
