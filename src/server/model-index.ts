import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isModelManifest, isVariant } from '../base/shared/manifest-check.ts';
import type { ModelManifest, ModelVariant } from '../base/shared/model';
import { messageOf } from './problem.ts';

/** The model that runs first where several are there. */
const PREFERRED = ['resnet18', 'efficientnet-lite0'];

/** A further precision of a model whose manifest comes with the app and stays as it is: a file of its own. */
interface FurtherVariant {
  /** Id of the model. */
  readonly of: string;
  readonly variant: ModelVariant;
}

/** What the JSON files of a folder of models are. */
export interface ModelFolder {
  /** Of models whose files are all there, best first. */
  readonly manifests: readonly ModelManifest[];
  /** Files that are none of the app's, each with the reason. */
  readonly passedOver: readonly string[];
}

function isFurtherVariant(value: unknown): value is FurtherVariant {
  const { of, variant } = (value ?? {}) as Partial<Record<keyof FurtherVariant, unknown>>;
  return typeof of === 'string' && isVariant(variant);
}

/** @throws Error with the reason where it is something else */
function readOne(path: string): ModelManifest | FurtherVariant {
  const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
  if (isModelManifest(value) || isFurtherVariant(value)) return value;
  throw new Error("it is no manifest of a model (they are written by npm run model; another program's JSON is not needed here).");
}

/** Reads a folder in which other programs' JSON may lie beside the manifests. */
export function readModelFolder(folder: string): ModelFolder {
  if (!existsSync(folder)) return { manifests: [], passedOver: [] };
  const rank = (m: ModelManifest): number => (PREFERRED.indexOf(m.id) + 1 || PREFERRED.length + 1);
  const found: (ModelManifest | FurtherVariant)[] = [];
  const passedOver: string[] = [];
  for (const name of readdirSync(folder).filter((each) => each.endsWith('.json') && each !== 'index.json').sort()) {
    try {
      found.push(readOne(join(folder, name)));
    } catch (error) {
      passedOver.push(`${name} was passed over: ${messageOf(error)}`);
    }
  }
  const further = found.filter((each): each is FurtherVariant => 'variant' in each).filter(({ variant }) => existsSync(join(folder, variant.file)));
  const manifests = found
    .filter((each): each is ModelManifest => !('variant' in each))
    .map((manifest) => ({ ...manifest, variants: [...manifest.variants, ...further.filter(({ of }) => of === manifest.id).map(({ variant }) => variant)] }))
    .filter((manifest) => manifest.variants.every((v) => existsSync(join(folder, v.file))))
    .sort((a, b) => rank(a) - rank(b));
  return { manifests, passedOver };
}

/** Manifests in a folder whose files are all there, best first. */
export function modelIndex(folder: string): readonly ModelManifest[] {
  return readModelFolder(folder).manifests;
}
