import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ModelManifest, ModelVariant } from '../base/shared/model';

/** The model that runs first where several are there. */
const PREFERRED = ['resnet18', 'efficientnet-lite0'];

/** A further precision of a model whose manifest comes with the app and stays as it is: a file of its own. */
interface FurtherVariant {
  /** Id of the model. */
  readonly of: string;
  readonly variant: ModelVariant;
}

/** Manifests in a folder whose files are all there, best first. */
export function modelIndex(folder: string): ModelManifest[] {
  if (!existsSync(folder)) return [];
  const rank = (m: ModelManifest): number => (PREFERRED.indexOf(m.id) + 1 || PREFERRED.length + 1);
  const found = readdirSync(folder)
    .filter((name) => name.endsWith('.json') && name !== 'index.json')
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as ModelManifest | FurtherVariant);
  const further = found.filter((each): each is FurtherVariant => 'variant' in each).filter(({ variant }) => existsSync(join(folder, variant.file)));
  return found
    .filter((each): each is ModelManifest => !('variant' in each))
    .map((manifest) => ({ ...manifest, variants: [...manifest.variants, ...further.filter(({ of }) => of === manifest.id).map(({ variant }) => variant)] }))
    .filter((manifest) => manifest.variants.every((v) => existsSync(join(folder, v.file))))
    .sort((a, b) => rank(a) - rank(b));
}
