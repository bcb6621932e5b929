import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ModelManifest } from '../base/shared/model';

/** The model that runs first where several are there. */
const PREFERRED = ['resnet18', 'efficientnet-lite0'];

/** Manifests in a folder whose files are all there, best first. */
export function modelIndex(folder: string): ModelManifest[] {
  if (!existsSync(folder)) return [];
  const rank = (m: ModelManifest): number => (PREFERRED.indexOf(m.id) + 1 || PREFERRED.length + 1);
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json') && name !== 'index.json')
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as ModelManifest)
    .filter((manifest) => manifest.variants.every((v) => existsSync(join(folder, v.file))))
    .sort((a, b) => rank(a) - rank(b));
}
