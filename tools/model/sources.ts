import { existsSync, readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { ModelManifest } from '../../src/base/shared/model';
import { TORCHVISION_PREPROCESSING } from '../../src/engine/model';

/** Where weights were found, and what is known of them. */
export interface WeightsSource {
  readonly path: string;
  /** Words for people. */
  readonly source: string;
  readonly licence: string;
  /** Published top-1 and top-5 on ImageNet's validation images, 0..1, where known. */
  readonly published?: { readonly top1: number; readonly top5?: number };
  /** What is made of them; ResNet-18 with torchvision's preprocessing if left out. */
  readonly model?: Pick<ModelManifest, 'id' | 'name' | 'preprocessing'>;
}

/** Weights that are published, and what they have to be. */
export interface PublishedWeights extends Omit<WeightsSource, 'path'> {
  /** Name of the file in models/. */
  readonly file: string;
  readonly url: string;
  /** Lower-case hex. */
  readonly sha256: string;
}

/** torchvision's weights as timm publishes them, under their own terms. */
const TV: PublishedWeights = {
  file: 'resnet18.tv_in1k.safetensors',
  url: 'https://huggingface.co/timm/resnet18.tv_in1k/resolve/a987fd6b60f845221bfff84b6f0191273ba56ead/model.safetensors',
  sha256: '694f673df6520a3158624e8a89af086f59923ee4cd7436fe5bc3bc71d295ad81',
  source: 'timm/resnet18.tv_in1k, revision a987fd6b60f8 (torchvision ResNet18_Weights.IMAGENET1K_V1)',
  licence: 'BSD-3-Clause',
  // pytorch.org/vision, table of ResNet18_Weights.IMAGENET1K_V1.
  published: { top1: 0.69758, top5: 0.89078 },
};

/** timm's own training (Wightman et al., ResNet strikes back, 2021, procedure A1). */
const A1: PublishedWeights = {
  file: 'resnet18.a1_in1k.safetensors',
  url: 'https://huggingface.co/timm/resnet18.a1_in1k/resolve/main/model.safetensors',
  sha256: '80c49dee3da4822c009c5a7fe591e9223c5a2cfcf95a4067ca4dfb5a7b89c612',
  source: 'timm/resnet18.a1_in1k (ResNet strikes back, procedure A1)',
  licence: 'Apache-2.0',
  // The table of the paper, at 224 pixels.
  published: { top1: 0.715 },
  model: {
    id: 'resnet18-a1',
    name: 'ResNet-18 A1',
    // timm's crop of 0.95: 224 / 0.95, rounded down as timm does.
    preprocessing: { ...TORCHVISION_PREPROCESSING, resize: 235, interpolation: 'bicubic' },
  },
};

/** What `npm run model -- --weights NAME` takes; the first without. */
export const PUBLISHED = { tv: TV, a1: A1 } as const;

/** Published weights where they are to be had: RESNET18_URL says where torchvision's are, and of no others. */
export function publishedWeights(weights: keyof typeof PUBLISHED, env: NodeJS.ProcessEnv = process.env): PublishedWeights {
  const known = PUBLISHED[weights];
  return weights === 'tv' ? { ...known, url: env['RESNET18_URL'] ?? known.url } : known;
}

/** Weights that we know by their name. */
const KNOWN: readonly { pattern: RegExp; licence: string; source: string; published?: { top1: number; top5?: number } }[] = [
  {
    pattern: /^resnet18-vq\.safetensors$/,
    licence: 'non-commercial; local checks only',
    source: 'resnet18-vq.safetensors (lossy, vector-quantised)',
    published: { top1: 0.658 },
  },
  { pattern: /^resnet18\.tv_in1k\.safetensors$/, licence: TV.licence, source: TV.source, ...(TV.published ? { published: TV.published } : {}) },
];

function describe(path: string): WeightsSource {
  const name = basename(path);
  const known = KNOWN.find((k) => k.pattern.test(name));
  return known
    ? { path, source: known.source, licence: known.licence, ...(known.published ? { published: known.published } : {}) }
    : { path, source: `${name} (a file of yours)`, licence: 'unknown: your own file' };
}

function firstIn(folder: string): WeightsSource | undefined {
  if (!existsSync(folder)) return undefined;
  const name = readdirSync(folder)
    .filter((n) => /resnet-?18.*\.safetensors$/i.test(n) && n !== A1.file)
    .sort()[0];
  return name === undefined ? undefined : describe(join(folder, name));
}

/**
 * Looks for ResNet-18 weights on this machine: `RESNET18_WEIGHTS`, then models/, then ../shared/models/.
 *
 * @param root the project's folder
 * @throws Error where RESNET18_WEIGHTS names a file that is not there
 */
export function findLocalWeights(root: string, environment: NodeJS.ProcessEnv = process.env): WeightsSource | undefined {
  const named = environment['RESNET18_WEIGHTS'];
  if (named) {
    const path = resolve(root, named);
    if (!existsSync(path)) throw new Error(`RESNET18_WEIGHTS names ${path}, which is not there. Set it to a .safetensors file, or unset it.`);
    return describe(path);
  }
  return firstIn(join(root, 'models')) ?? firstIn(join(root, '../shared/models'));
}

/**
 * Looks for a file of published weights by its name, in models/ and ../shared/models/: `obtain.ts` says whether it is the right one.
 * @param root the project's folder
 */
export function findPublished(root: string, { file }: PublishedWeights): string | undefined {
  return [join(root, 'models'), join(root, '../shared/models')].map((folder) => join(folder, file)).find((path) => existsSync(path));
}

/** Where it is, and what is known of it. */
export function sourceOf({ source, licence, published, model }: PublishedWeights, path: string): WeightsSource {
  return { path, source, licence, ...(published ? { published } : {}), ...(model ? { model } : {}) };
}
