/** What other features use of the recogniser's messages and of the features that a model gives. */
export type { ExtraClasses, ExtraClassesSource } from './extra-classes';
export { featureModelOf, sameNetwork, type FeatureModel } from './feature-model';
export { shortcomingOf, type Shortcoming } from './image-quality';
export {
  isTurned, type FrameInput, type LoadedModel, type RecogniseOptions, type Recognition, type WorkerCapabilities,
} from './recogniser';
