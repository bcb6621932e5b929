/** The engine's public face: everything that other code imports of it, but for `./ort`. Nothing here touches the DOM. */
export { createEngine } from './create-engine.ts';
export { placeNatively, type NativeLayout, type NativeMemory } from './native.ts';
export { type ClassMap, type Engine, type EngineId, type EngineOptions, type EngineOutput } from './engine.ts';
export { EngineError, isOutOfMemory, type EngineErrorCode } from './engine-error.ts';
export { capabilities, MOST_THREADS, usableThreads, type Capabilities } from './capabilities.ts';
export { pageThread, serveThreads } from './page-threads.ts';
export type { Thread } from './host.ts';
export { dotAgainstFloat, quickInt8 } from './int8-speed.ts';

export { TORCHVISION_PREPROCESSING, type ClassifierPorts, type KnownAnswer, type OwnKernels, type Precision, type Preprocessing } from './model.ts';
export { FedInput } from './fed-input.ts';
export { comparableScores, logitsOf, type GivenTensor } from './given-scores.ts';
export { Preprocessor, type View } from './preprocess/preprocessor.ts';
export { SimdPasses } from './preprocess/simd-passes.ts';
export { aimOf, squareAt, visibleSquare, type Aim, type Region } from './preprocess/geometry.ts';
export { isIndependent, probabilitiesOf, softmax, topK, type Prediction } from './probabilities.ts';
export { asPicture, fillSelfTestInput, KNOWN_ANSWER_LENGTH, selfTestProblem } from './self-test.ts';

export { UncoveredError } from './graph/layers.ts';
export { ownKernels, resnet18In } from './graph/own-kernels.ts';

export type { InputRange } from './onnx/input-normalisation.ts';
export { decodeModel } from './onnx/decode.ts';
export { describeClassifier, LEAST_SIZE, MOST_CLASSES, MOST_SIZE, type ClassifierDescription, type ScoresOutput } from './onnx/describe.ts';
export { precisionOf } from './onnx/precision.ts';
export { encodeModel } from './onnx/encode.ts';
export { externalFiles, withExternalData } from './onnx/external-data.ts';
export { floatToHalf, halvesToFloats, storeAsHalf } from './onnx/half.ts';
export {
  OnnxError, OnnxType, type OnnxAttributes, type OnnxAttributeValue, type OnnxGraph, type OnnxModel, type OnnxNode, type OnnxTensor,
  type OnnxTypeCode, type OnnxValueInfo,
} from './onnx/model.ts';
export { isZip, readTorchZip } from './torch/torch-zip.ts';
export { beginsAsSafetensors, readSafetensors, SafetensorsError, toFloat32, type SafeTensor } from './safetensors.ts';

export { foldResNet, foldResNet18, WeightsError } from './resnet18/fold.ts';
export {
  RESNET18_CLASSES, RESNET18_CONVOLUTIONS, RESNET18_FEATURES, type ConvolutionShape, type FoldedBackbone, type FoldedConvolution,
  type FoldedResNet18,
} from './resnet18/folded.ts';
export { FEATURES_NAME, INPUT_NAME, LOGITS_NAME, resnet18Onnx } from './resnet18/graph.ts';
export { isQuantised } from './resnet18/read-int8.ts';
export { readResNet18 } from './resnet18/read.ts';
export { referenceResNet18 } from './resnet18/reference.ts';
