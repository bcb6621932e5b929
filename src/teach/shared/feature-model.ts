import type { ModelManifest } from '../../recognise/shared/model';
import { RESNET18_FEATURES } from '../../engine/resnet18/folded';
import type { FeatureModel } from './classes-file';

/**
 * Which network gives features, of a loaded model; undefined where it gives none. All precisions of a network are one, known by
 * the checksum of its reference file: what was taught in floats is named in integers as well, and the app may change between them.
 */
export function featureModelOf(manifest: ModelManifest, precision: string): FeatureModel | undefined {
  if (manifest.architecture !== 'resnet18') return undefined;
  const { id, name, variants } = manifest;
  return { id, name, precision, sha256: variants.at(0)?.sha256 ?? '', width: RESNET18_FEATURES };
}

/** Whether features of one mean the same to the other. */
export function sameNetwork(a: FeatureModel, b: FeatureModel): boolean {
  return a.width === b.width && (a.sha256 === '' ? a.id === b.id : a.sha256 === b.sha256);
}
