import { EngineError } from './engine-error.ts';
import { readGraph } from './graph/read-graph.ts';
import { asResNet18, RESNET18_SIZE } from './graph/resnet.ts';
import { scoresBefore } from './graph/scores.ts';
import type { ClassifierPorts } from './model.ts';
import { Constants } from './onnx/constants.ts';
import { decodeModel } from './onnx/decode.ts';
import { makersOf, type OnnxModel } from './onnx/model.ts';
import { BYTE, isQuantised, readInt8ResNet18 } from './resnet18/read-int8.ts';
import { Arena } from './simd/arena.ts';
import { floatNetwork } from './simd/float-network.ts';
import { int8Network } from './simd/int8-network.ts';
import type { Kernels } from './simd/kernels.ts';
import type { PlanNetwork } from './simd/network.ts';
import { fill, layOut, problemOf, type OperatorList } from './simd/placed-network.ts';
import { NATIVE_STAGES } from './simd/plan.ts';

/** Null is at 0: nothing of the network may lie there. */
const FIRST_ADDRESS = 64;
/** Of memory that is mapped from a file. */
const PAGE = 4096;
const pages = (bytes: number): number => Math.ceil(bytes / PAGE) * PAGE;

/** Kernels that are compiled for the processor itself, on memory of their own. */
export interface NativeMemory {
  readonly buffer: ArrayBuffer;
  readonly kernels: Pick<Kernels, 'run' | 'prepare_conv1' | 'prepare_direct' | 'prepare_int8' | 'prepare_winograd2' | 'prepare_winograd4'>;
}

/** Where everything lies in a network's memory: all that it takes to run it there. Addresses in bytes. */
export interface NativeLayout {
  /** That it runs in, whole pages: what comes behind was only needed to fill it. */
  readonly bytes: number;
  readonly input: number;
  /** Side of the picture, pixels. */
  readonly size: number;
  readonly logits: number;
  readonly classes: number;
  /** What the model itself gives of them: where that is probabilities, the kernels leave its softmax off. */
  readonly answers: ClassifierPorts['answers'];
  readonly operators: OperatorList;
  /** That may compute at a time. */
  readonly threads: number;
}

export interface NativeOptions {
  /** That may compute at a time, 1 or more. */
  readonly threads: number;
  /** Whether the processor multiplies integers of 8 bits (VNNI). */
  readonly integers: boolean;
  /** How the model is fed and read; as its file says if left out. */
  readonly ports?: ClassifierPorts;
}

/** The reader of int8 goes by weights and steps alone: the picture has to come to conv1 as it is fed, and what the classifier gives has to be the scores. */
function checkEnds({ graph }: OnnxModel, ports: ClassifierPorts): void {
  const { input, size, layout, numbers, colours } = ports;
  const makers = makersOf(graph);
  // Only conv1 has weights for the three channels of a picture.
  const fed = size === RESNET18_SIZE && layout === 'nchw' && numbers === 'float32' && colours !== 'bgr' && graph.nodes.some(({ op, inputs }) => op === 'Conv' && inputs[0] === input);
  if (!fed || makers.get(scoresBefore(ports, makers, new Constants(graph)))?.op !== 'Gemm') {
    throw new EngineError('engine-failed', 'Its int8 ResNet-18 is not fed and read as the kernels do it.');
  }
}

function networkOf(bytes: Uint8Array, { integers, ports }: NativeOptions): PlanNetwork {
  const model = decodeModel(bytes);
  if (isQuantised(model)) {
    if (!integers) throw new EngineError('engine-failed', 'This processor has no instruction for the int8 kernels (VNNI).');
    const resnet = readInt8ResNet18(model, BYTE);
    if (ports) checkEnds(model, ports);
    return int8Network(resnet);
  }
  const resnet = asResNet18(readGraph(model, ports));
  if (!resnet) throw new EngineError('engine-failed', 'It is no ResNet-18, and onnxruntime is the quicker for it.');
  return floatNetwork(resnet, NATIVE_STAGES);
}

/**
 * Puts ResNet-18 in ONNX, with any number of classes, into memory as the native kernels run it: in floats, or in int8 with activations of 8 bits where WebAssembly has 7.
 *
 * @param model bytes of the .onnx file; not kept
 * @param open makes memory of so many bytes, zeros, with the kernels for it
 * @throws EngineError where it is another network, WeightsError of int8 that is no such ResNet-18;
 * `self-test-failed` where an int8 kernel gives a wrong number
 */
export function placeNatively(model: Uint8Array, options: NativeOptions, open: (bytes: number) => NativeMemory): { readonly layout: NativeLayout; readonly memory: NativeMemory } {
  const arena = new Arena(FIRST_ADDRESS);
  const laidOut = layOut(networkOf(model, options), arena, options.threads);
  const memory = open(pages(arena.end));
  const { buffer, kernels } = memory;
  fill(laidOut, kernels as Kernels, buffer);
  const problem = problemOf(laidOut, buffer, ({ control, operators, count }) => kernels.run(control, operators, count));
  if (problem) throw new EngineError('self-test-failed', `native: ${problem}`);
  const { input, size, logits, classes } = laidOut.plan;
  return { memory, layout: { bytes: pages(laidOut.staging), input, size, logits, classes, answers: options.ports?.answers ?? 'scores', operators: laidOut.whole, threads: options.threads } };
}
