import { RESNET18_LAST_BLOCK } from '../../engine/index';

/** Sizes of the block that is adapted. */
export interface BlockShape {
  readonly channels: number;
  /** Side of its activations, pixels. */
  readonly side: number;
}

/**
 * A low-rank change of a 3 x 3 convolution (LoRA, Hu et al. 2021, for convolutions): the kernel W [out, in, 3, 3] becomes
 * W + up x down, where `down` is a 3 x 3 convolution to `rank` channels and `up` mixes them.
 */
export interface LowRankAdapter {
  readonly rank: number;
  /** Shape [in][9][rank]; taps row by row. */
  readonly down: Float32Array | Float64Array;
  /** Shape [out][rank]. */
  readonly up: Float32Array | Float64Array;
}

/** What an example leaves behind for an adapter: the convolution's input, zeros left out, and its output before ReLU. */
export interface BlockExample {
  /** Indices into [in][side * side] of values above 0. */
  readonly index: Uint16Array;
  readonly value: Float32Array;
  /** Shape [out][side * side]: unadapted convolution plus bias plus the block's input. */
  readonly sum: Float32Array;
}

/** Leaves the zeros out, of which ReLU makes three quarters. */
export function sparseBlock(hidden: ArrayLike<number>, sum: Float32Array): BlockExample {
  const index: number[] = [];
  for (let i = 0; i < hidden.length; i++) if (hidden[i] > 0) index.push(i);
  return { index: Uint16Array.from(index), value: Float32Array.from(index, (i) => hidden[i]), sum };
}

const TAPS = 9;
const reaches = new Map<number, Int16Array>();

/** For each place and tap the place of the output that it reaches, -1 outside; shape [side * side][9]. */
function reachOf(side: number): Int16Array {
  let reach = reaches.get(side);
  if (reach) return reach;
  reach = new Int16Array(side * side * TAPS).fill(-1);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      for (let t = 0; t < TAPS; t++) {
        const [oy, ox] = [y + 1 - Math.floor(t / 3), x + 1 - (t % 3)];
        if (oy >= 0 && oy < side && ox >= 0 && ox < side) reach[(y * side + x) * TAPS + t] = oy * side + ox;
      }
    }
  }
  reaches.set(side, reach);
  return reach;
}

/** The convolution to `rank` channels. @param out receives [side * side][rank] */
function convolveDown({ index, value }: BlockExample, { rank, down }: LowRankAdapter, side: number, out: Float64Array): void {
  const area = side * side;
  const reach = reachOf(side);
  out.fill(0);
  for (let n = 0; n < index.length; n++) {
    const channel = Math.floor(index[n] / area);
    const from = (index[n] - channel * area) * TAPS;
    const v = value[n];
    for (let t = 0; t < TAPS; t++) {
      const to = reach[from + t];
      if (to < 0) continue;
      const w = (channel * TAPS + t) * rank;
      for (let k = 0; k < rank; k++) out[to * rank + k] += down[w + k] * v;
    }
  }
}

/** Room for the values between a block's input and its features; kept from call to call. */
export interface BlockWorkspace {
  /** Output of `down`, shape [side * side][rank]. */
  readonly low: Float64Array;
  /** 1 where ReLU lets through, shape [out][side * side]. */
  readonly open: Uint8Array;
  readonly lowSlope: Float64Array;
}

export function blockWorkspace({ channels, side }: BlockShape, rank: number): BlockWorkspace {
  const low = side * side * rank;
  return { low: new Float64Array(low), open: new Uint8Array(channels * side * side), lowSlope: new Float64Array(low) };
}

/**
 * The features that the network would have with the adapter: average over the places of ReLU(sum + up down hidden).
 *
 * @param out receives them, shape [channels]
 */
export function adaptedFeatures(
  block: BlockExample,
  adapter: LowRankAdapter,
  out: Float32Array | Float64Array,
  shape: BlockShape = RESNET18_LAST_BLOCK,
  work: BlockWorkspace = blockWorkspace(shape, adapter.rank),
): void {
  const { channels, side } = shape;
  const { rank, up } = adapter;
  const area = side * side;
  const { low, open } = work;
  convolveDown(block, adapter, side, low);
  for (let o = 0; o < channels; o++) {
    let total = 0;
    for (let p = 0; p < area; p++) {
      let y = block.sum[o * area + p];
      for (let k = 0; k < rank; k++) y += up[o * rank + k] * low[p * rank + k];
      const through = y > 0;
      open[o * area + p] = through ? 1 : 0;
      if (through) total += y;
    }
    out[o] = total / area;
  }
}

/**
 * Adds to the gradients of an adapter what one example says, after {@link adaptedFeatures} with the same workspace.
 *
 * @param featureSlope derivative of the loss by each feature, shape [channels]
 * @param gradient receives, shapes as the adapter's
 */
export function adapterGradient(
  block: BlockExample,
  adapter: LowRankAdapter,
  featureSlope: Float64Array,
  gradient: { readonly down: Float64Array; readonly up: Float64Array },
  shape: BlockShape,
  { low, open, lowSlope }: BlockWorkspace,
): void {
  const { channels, side } = shape;
  const { rank, up } = adapter;
  const area = side * side;
  lowSlope.fill(0);
  for (let o = 0; o < channels; o++) {
    const slope = featureSlope[o] / area;
    for (let p = 0; p < area; p++) {
      if (open[o * area + p] === 0) continue;
      for (let k = 0; k < rank; k++) {
        gradient.up[o * rank + k] += slope * low[p * rank + k];
        lowSlope[p * rank + k] += slope * up[o * rank + k];
      }
    }
  }
  const reach = reachOf(side);
  for (let n = 0; n < block.index.length; n++) {
    const channel = Math.floor(block.index[n] / area);
    const from = (block.index[n] - channel * area) * TAPS;
    const v = block.value[n];
    for (let t = 0; t < TAPS; t++) {
      const to = reach[from + t];
      if (to < 0) continue;
      const w = (channel * TAPS + t) * rank;
      for (let k = 0; k < rank; k++) gradient.down[w + k] += lowSlope[to * rank + k] * v;
    }
  }
}
