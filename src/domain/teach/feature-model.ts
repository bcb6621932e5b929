import type { ModelManifest } from '../../contract/model';
import { RESNET18_FEATURES } from '../resnet18/folded';
import type { FeatureModel } from './things-file';

/** Which network gives features, of a loaded model; undefined where it gives none. */
export function featureModelOf(manifest: ModelManifest, precision: string): FeatureModel | undefined {
  if (manifest.architecture !== 'resnet18') return undefined;
  const { id, name } = manifest;
  const sha256 = manifest.variants.find((v) => v.precision === precision)?.sha256 ?? '';
  return { id, name, precision, sha256, width: RESNET18_FEATURES };
}

/** Whether features of one mean the same to the other. */
export function sameNetwork(a: FeatureModel, b: FeatureModel): boolean {
  return a.width === b.width && a.precision === b.precision && (a.sha256 === '' ? a.id === b.id : a.sha256 === b.sha256);
}
