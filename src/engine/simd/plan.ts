import { RESNET18_LAST_BLOCK, type ConvolutionShape } from '../resnet18/folded.ts';
import type { Arena } from './arena.ts';
import { allocateActivations, allocateClassifier, allocateWorkspace, CONV1_WEIGHT_FLOATS, conv1Operators, inPlaceOperator, INPUT_FLOATS, poolOperators, strideTwoOperators, winogradOperators, type LayerWeights, type Activations, type PlacedClassifier, type Stage } from './layers.ts';
import type { Operator } from './operator.ts';

/** Pieces are small enough for two to four threads to share evenly, and for what they read often to stay in a core's cache. */
export const STAGES: readonly [Stage, ...Stage[]] = [
  { side: 56, channels: 64, tile: 4, chunk: 14, groupIn: 8, groupProducts: 8, groupOut: 8, pixels: 98, groupDirect: 2 },
  { side: 28, channels: 128, tile: 4, groupIn: 4, groupProducts: 8, groupOut: 1, pixels: 98, groupDirect: 2 },
  { side: 14, channels: 256, tile: 4, groupIn: 4, groupProducts: 8, groupOut: 2, pixels: 98, groupDirect: 2 },
  { side: 7, channels: 512, tile: 2, groupIn: 8, groupProducts: 8, groupOut: 4, pixels: 49, groupDirect: 2 },
];

/**
 * For the native kernels, whose products with weights that lie where they are cost little: fewer weights have to come from memory, which
 * processes that work side by side wait for.
 */
export const NATIVE_STAGES: readonly [Stage, ...Stage[]] = [
  STAGES[0], STAGES[1], { ...STAGES[2], tile: 2 }, { ...STAGES[3], tile: undefined },
];

/** How a convolution's weights have to lie in memory. */
export interface WeightPlan extends LayerWeights {
  readonly kind: 'conv1' | 'direct' | 'winograd2' | 'winograd4';
}

/** The whole network in memory. */
export interface NetworkPlan {
  readonly input: number;
  readonly classifier: PlacedClassifier;
  /** By state-dict name. */
  readonly convolutions: ReadonlyMap<string, WeightPlan>;
  readonly operators: readonly Operator[];
  /** What is averaged to be the features. */
  readonly activations: Activations;
}

/** Floats of a convolution's weights in the order that its kernel reads. */
function weightFloats(shape: ConvolutionShape, kind: WeightPlan['kind']): number {
  if (kind === 'conv1') return CONV1_WEIGHT_FLOATS;
  const taps = kind === 'winograd4' ? 36 : kind === 'winograd2' ? 16 : shape.kernel * shape.kernel;
  return shape.outChannels * shape.inChannels * taps;
}

function weightKind(shape: ConvolutionShape, stages: readonly Stage[]): WeightPlan['kind'] {
  if (shape.kernel === 7) return 'conv1';
  if (shape.stride === 2) return 'direct';
  const stage = stages.find((s) => s.channels === shape.outChannels);
  if (!stage) throw new RangeError(`${shape.name} has ${shape.outChannels} output channels, ResNet-18 knows none such.`);
  return stage.tile === undefined ? 'direct' : stage.tile === 4 ? 'winograd4' : 'winograd2';
}

/**
 * Lays ResNet-18 out in memory and cuts it into operators.
 *
 * @param shapes its convolutions in state-dict order
 * @param arena where memory is free
 * @param threads how many threads need a workspace of their own
 * @param classes how many scores the classifier gives
 * @param stages how its convolutions are computed
 */
export function planNetwork(
  shapes: readonly ConvolutionShape[], arena: Arena, threads: number, classes: number, stages: readonly [Stage, ...Stage[]] = STAGES,
): NetworkPlan {
  const convolutions = new Map<string, WeightPlan>();
  for (const shape of shapes) {
    const kind = weightKind(shape, stages);
    convolutions.set(shape.name, { kind, weights: arena.floats(weightFloats(shape, kind)), bias: arena.floats(shape.outChannels) });
  }
  const classifier = allocateClassifier(arena, classes, RESNET18_LAST_BLOCK.channels);
  const input = arena.floats(INPUT_FLOATS);
  const work = allocateWorkspace(arena, stages, threads);
  const operators: Operator[] = [];
  const of = (name: string): LayerWeights => {
    const found = convolutions.get(name);
    if (!found) throw new RangeError(`The weights lack ${name}.`);
    return { weights: found.weights, bias: found.bias };
  };

  const native = stages === NATIVE_STAGES;
  /** The convolutions with stride 1. */
  const convolve = (stage: Stage, name: string, from: Activations, to: Activations, residual?: Activations): Operator[] =>
    stage.tile === undefined
      ? [inPlaceOperator(stage, of(name), from, to, { ic: stage.channels, taps: 3, stride: 1, relu: 1, residual })]
      : winogradOperators(stage, of(name), from, to, residual, work);

  let before: Activations | undefined;
  for (const [i, stage] of stages.entries()) {
    const [middle, first, second] = [allocateActivations(arena, stage), allocateActivations(arena, stage), allocateActivations(arena, stage)];
    const layer = `layer${i + 1}`;
    if (!before) {
      operators.push(...conv1Operators(arena, input, stage, of('conv1'), first, work));
      operators.push(...convolve(stage, `${layer}.0.conv1`, first, middle));
    } else if (native) {
      const ic = stage.channels / 2;
      operators.push({ ...inPlaceOperator(stage, of(`${layer}.0.conv1`), before, middle, { ic, taps: 3, stride: 2, relu: 1 }), nobarrier: 1 });
      operators.push(inPlaceOperator(stage, of(`${layer}.0.downsample.0`), before, first, { ic, taps: 1, stride: 2, relu: 0 }));
    } else {
      operators.push(...strideTwoOperators(stage, of(`${layer}.0.conv1`), of(`${layer}.0.downsample.0`), before, middle, first, work));
    }
    operators.push(...convolve(stage, `${layer}.0.conv2`, middle, second, first));
    operators.push(...convolve(stage, `${layer}.1.conv1`, second, middle));
    operators.push(...convolve(stage, `${layer}.1.conv2`, middle, first, second));
    before = first;
  }
  const last = stages[stages.length - 1];
  if (!before) throw new RangeError('The network has no stages.');
  operators.push(...poolOperators(before, last, classifier));
  return { input, classifier, convolutions, operators, activations: before };
}
