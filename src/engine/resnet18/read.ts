import { tensorFloats } from '../onnx/half.ts';
import { intsAttribute, type OnnxModel, type OnnxNode, type OnnxTensor } from '../onnx/model.ts';
import { RESNET18_CONVOLUTIONS, RESNET18_FEATURES, type FoldedResNet18 } from './folded.ts';
import { WeightsError } from './fold.ts';

/** @throws WeightsError where a tensor is missing, neither float32 nor float16, or of another shape */
export function floats(tensor: OnnxTensor | undefined, shape: readonly number[], what: string): Float32Array {
  if (!tensor) throw new WeightsError(`The ONNX model's ${what} are not stored as weights.`);
  const values = tensor.shape.join() === shape.join() ? tensorFloats(tensor) : undefined;
  if (!values) throw new WeightsError(`The ONNX model's ${what} have shape [${tensor.shape.join(', ')}], not float32 [${shape.join(', ')}].`);
  return values;
}

/** Stored tensors by the names that nodes read them by: weights that are stored as float16 go through a Cast (see storeAsHalf). */
function storedTensors(model: OnnxModel): Map<string, OnnxTensor> {
  const tensors = new Map(model.graph.initializers.map((t) => [t.name, t]));
  for (const { op, inputs, outputs } of model.graph.nodes) {
    const stored = op === 'Cast' ? tensors.get(inputs[0]) : undefined;
    if (stored) tensors.set(outputs[0], stored);
  }
  return tensors;
}

/**
 * Which node is which convolution of ResNet-18, by state-dict name: 20 in graph order. The two that end a downsampling block may
 * come in either order, as they read different inputs.
 *
 * @param shapeOf shape of the weights that a name stands for, joined by commas
 * @throws WeightsError where the model is of another shape
 */
export function convolutionNodes(model: OnnxModel, shapeOf: (weights: string) => string | undefined): ReadonlyMap<string, OnnxNode> {
  const left = model.graph.nodes.filter((n) => n.op === 'Conv');
  if (left.length !== RESNET18_CONVOLUTIONS.length) {
    throw new WeightsError(`The ONNX model has ${left.length} float convolutions, ResNet-18 has ${RESNET18_CONVOLUTIONS.length}.`);
  }
  return new Map(
    RESNET18_CONVOLUTIONS.map((shape) => {
      const wanted = [shape.outChannels, shape.inChannels, shape.kernel, shape.kernel].join();
      const at = left.findIndex((n) => shapeOf(n.inputs[1]) === wanted && (intsAttribute(n, 'strides')?.[0] ?? 1) === shape.stride);
      if (at < 0) throw new WeightsError(`The ONNX model has no convolution [${wanted}] for ${shape.name}: it is no ResNet-18.`);
      const [node] = left.splice(at, 1);
      const pads = intsAttribute(node, 'pads');
      if ((pads ?? [0, 0, 0, 0]).some((p) => p !== shape.padding)) {
        throw new WeightsError(`The convolution ${shape.name} pads by ${pads?.join() ?? ''}, not ${shape.padding}.`);
      }
      return [shape.name, node];
    }),
  );
}

/** @throws WeightsError where the model's classifier is another one than ResNet-18's, or not float */
export function readClassifier(model: OnnxModel): FoldedResNet18['fc'] {
  const tensors = storedTensors(model);
  const gemm = model.graph.nodes.find((n) => n.op === 'Gemm');
  const classes = tensors.get(gemm?.inputs[1] ?? '')?.shape[0] ?? 0;
  const transposed = gemm?.attributes['transB'];
  if (!gemm || transposed?.kind !== 'int' || transposed.value !== 1) {
    throw new WeightsError('The ONNX model has no classifier of the kind that ResNet-18 has (Gemm with transB).');
  }
  return {
    weight: floats(tensors.get(gemm.inputs[1]), [classes, RESNET18_FEATURES], 'classifier weights'),
    bias: floats(tensors.get(gemm.inputs[2]), [classes], 'classifier biases'),
  };
}

/**
 * Takes the weights, float32 or stored as float16, out of an ONNX ResNet-18 whose batch norms are folded (ours, or torch.onnx's export for
 * inference): 20 convolutions with biases, then one Gemm.
 *
 * @throws WeightsError where the model is of another shape
 */
export function readResNet18(model: OnnxModel): FoldedResNet18 {
  const tensors = storedTensors(model);
  const nodes = convolutionNodes(model, (name) => tensors.get(name)?.shape.join());
  const convolutions = RESNET18_CONVOLUTIONS.map((shape) => {
    const [, weight, bias] = nodes.get(shape.name)?.inputs ?? [];
    const dims = [shape.outChannels, shape.inChannels, shape.kernel, shape.kernel];
    return {
      ...shape,
      weight: floats(tensors.get(weight), dims, `weights of ${shape.name}`),
      bias: floats(tensors.get(bias), [shape.outChannels], `biases of ${shape.name}`),
    };
  });
  return { convolutions, fc: readClassifier(model) };
}
