import type { ModelManifest } from '../../base/shared/model';
import { RESNET18_FEATURES } from '../../engine/index';

/** Features of the networks that come with the app. */
const WIDTHS = { resnet18: RESNET18_FEATURES, 'efficientnet-lite0': 1280 } as const;

/** Which network gave the features: to another one they mean nothing. */
export interface FeatureModel {
  readonly id: string;
  /** Name that a person reads. */
  readonly name: string;
  readonly precision: string;
  /** Of the reference file of the weights, whatever the precision, lower-case hex; "" where the browser could not tell. */
  readonly sha256: string;
  /** Length of the features. */
  readonly width: number;
}

/**
 * Which network gives features, of a loaded model; undefined where it gives none. All precisions of a network are one, known by
 * the checksum of its reference file: what was taught in floats is named in int8 as well, and the app may change between them.
 */
export function featureModelOf(manifest: ModelManifest, precision: string): FeatureModel | undefined {
  const { id, name, variants, architecture, kernels, ports } = manifest;
  // An output that a person called features has a length of its own, whatever the network.
  const width = architecture === 'classifier' || ports?.answers === 'features' ? kernels?.features : WIDTHS[architecture];
  return width === undefined ? undefined : { id, name, precision, sha256: variants.at(0)?.sha256 ?? '', width };
}

/** Whether features of one mean the same to the other. */
export function sameNetwork(a: FeatureModel, b: FeatureModel): boolean {
  return a.width === b.width && (a.sha256 === '' ? a.id === b.id : a.sha256 === b.sha256);
}
