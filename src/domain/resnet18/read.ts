import { halvesToFloats } from '../onnx/half';
import { OnnxType, type OnnxModel, type OnnxNode, type OnnxTensor } from '../onnx/model';
import { RESNET18_CLASSES, RESNET18_CONVOLUTIONS, RESNET18_FEATURES, type FoldedResNet18 } from './folded';
import { WeightsError } from './fold';

function floats(tensor: OnnxTensor | undefined, shape: readonly number[], what: string): Float32Array {
  if (!tensor) throw new WeightsError(`The ONNX model's ${what} are not stored as weights.`);
  const half = tensor.type === OnnxType.float16;
  if ((tensor.type !== OnnxType.float && !half) || tensor.shape.join() !== shape.join()) {
    throw new WeightsError(`The ONNX model's ${what} have shape [${tensor.shape.join(', ')}], not float32 [${shape.join(', ')}].`);
  }
  if (half) return halvesToFloats(new Uint16Array(new Uint8Array(tensor.raw).buffer));
  return new Float32Array(new Uint8Array(tensor.raw).buffer);
}

function ints(node: OnnxNode, name: string, fallback: readonly number[]): readonly number[] {
  const value = node.attributes[name];
  return value?.kind === 'ints' ? value.value : fallback;
}

/**
 * Takes the weights, float32 or stored as float16, out of an ONNX ResNet-18 whose batch norms are folded (ours, or torch.onnx's export for
 * inference): 20 convolutions in graph order with biases, then one Gemm.
 *
 * The two convolutions that end a downsampling block may come in either order, as they read different inputs.
 * @throws WeightsError where the model is of another shape
 */
export function readResNet18(model: OnnxModel): FoldedResNet18 {
  const tensors = new Map(model.graph.initializers.map((t) => [t.name, t]));
  // Weights that are stored as float16 go through a Cast (see storeAsHalf).
  for (const { op, inputs, outputs } of model.graph.nodes) {
    const stored = op === 'Cast' ? tensors.get(inputs[0]) : undefined;
    if (stored) tensors.set(outputs[0], stored);
  }
  const nodes = model.graph.nodes.filter((n) => n.op === 'Conv');
  if (nodes.length !== RESNET18_CONVOLUTIONS.length) {
    throw new WeightsError(`The ONNX model has ${nodes.length} float convolutions, ResNet-18 has ${RESNET18_CONVOLUTIONS.length}.`);
  }
  const left = [...nodes];
  const convolutions = RESNET18_CONVOLUTIONS.map((shape) => {
    const wanted = [shape.outChannels, shape.inChannels, shape.kernel, shape.kernel].join();
    const at = left.findIndex(
      (n) => tensors.get(n.inputs[1])?.shape.join() === wanted && ints(n, 'strides', [1, 1])[0] === shape.stride,
    );
    if (at < 0) throw new WeightsError(`The ONNX model has no convolution [${wanted}] for ${shape.name}: it is no ResNet-18.`);
    const [node] = left.splice(at, 1);
    if (ints(node, 'pads', [0, 0, 0, 0]).some((p) => p !== shape.padding)) {
      throw new WeightsError(`The convolution ${shape.name} pads by ${ints(node, 'pads', []).join()}, not ${shape.padding}.`);
    }
    const dims = [shape.outChannels, shape.inChannels, shape.kernel, shape.kernel];
    return {
      ...shape,
      weight: floats(tensors.get(node.inputs[1]), dims, `weights of ${shape.name}`),
      bias: floats(tensors.get(node.inputs[2]), [shape.outChannels], `biases of ${shape.name}`),
    };
  });
  const gemm = model.graph.nodes.find((n) => n.op === 'Gemm');
  const transposed = gemm?.attributes['transB'];
  if (!gemm || transposed?.kind !== 'int' || transposed.value !== 1) {
    throw new WeightsError('The ONNX model has no classifier of the kind that ResNet-18 has (Gemm with transB).');
  }
  return {
    convolutions,
    fc: {
      weight: floats(tensors.get(gemm.inputs[1]), [RESNET18_CLASSES, RESNET18_FEATURES], 'classifier weights'),
      bias: floats(tensors.get(gemm.inputs[2]), [RESNET18_CLASSES], 'classifier biases'),
    },
  };
}
