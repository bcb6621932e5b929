import { RESNET18_LAST_BLOCK, type FoldedResNet18 } from '../resnet18/folded.ts';
import { unpackFloats, type Activations, type PlacedClassifier } from './layers.ts';
import type { PlannedNetwork } from './network.ts';

/** Side of the picture, pixels: what conv1's kernel is made for. */
const SIZE = 224;

/** What goes into a ResNet and what comes out of it, whatever its convolutions compute in. */
export function resnetEnds(
  { input, classifier, activations }: { readonly input: number; readonly classifier: PlacedClassifier; readonly activations: Activations },
): Pick<PlannedNetwork, 'input' | 'size' | 'logits' | 'classes' | 'features' | 'map'> {
  const { side, channels } = RESNET18_LAST_BLOCK;
  const { weights, logits, classes, features } = classifier;
  return {
    input, size: SIZE, logits, classes, features: { address: features, width: channels },
    map: {
      weights, rowFloats: channels, channels, width: side, height: side,
      read: (memory, into) => unpackFloats(new Float32Array(memory), activations, side, into),
    },
  };
}

export function placeClassifier(floats: Float32Array, { weight, bias }: FoldedResNet18['fc'], classifier: PlacedClassifier): void {
  floats.set(weight, classifier.weights / 4);
  floats.set(bias, classifier.bias / 4);
}
