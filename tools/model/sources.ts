import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Where weights were found, and what is known of them. */
export interface WeightsSource {
  readonly path: string;
  /** Words for people. */
  readonly source: string;
  readonly licence: string;
  /** Published top-1 and top-5 on ImageNet's validation images, 0..1, where known. */
  readonly published?: { readonly top1: number; readonly top5?: number };
}

/** torchvision's weights as timm publishes them, under their own terms. */
export const TIMM = {
  url: 'https://huggingface.co/timm/resnet18.tv_in1k/resolve/a987fd6b60f845221bfff84b6f0191273ba56ead/model.safetensors',
  sha256: '694f673df6520a3158624e8a89af086f59923ee4cd7436fe5bc3bc71d295ad81',
  source: 'timm/resnet18.tv_in1k, revision a987fd6b60f8 (torchvision ResNet18_Weights.IMAGENET1K_V1)',
  licence: 'BSD-3-Clause',
  // pytorch.org/vision, table of ResNet18_Weights.IMAGENET1K_V1.
  published: { top1: 0.69758, top5: 0.89078 },
} as const;

/** Weights that we know by their name. */
const KNOWN: readonly { pattern: RegExp; licence: string; source: string; published?: { top1: number; top5?: number } }[] = [
  {
    pattern: /^resnet18-vq\.safetensors$/,
    licence: 'non-commercial; local checks only',
    source: 'resnet18-vq.safetensors (lossy, vector-quantised)',
    published: { top1: 0.658 },
  },
  { pattern: /^resnet18\.tv_in1k\.safetensors$/, licence: TIMM.licence, source: TIMM.source, published: TIMM.published },
];

function describe(path: string): WeightsSource {
  const name = path.split('/').pop() ?? path;
  const known = KNOWN.find((k) => k.pattern.test(name));
  return known
    ? { path, source: known.source, licence: known.licence, ...(known.published ? { published: known.published } : {}) }
    : { path, source: `${name} (a file of yours)`, licence: 'unknown: your own file' };
}

function firstIn(folder: string): WeightsSource | undefined {
  if (!existsSync(folder)) return undefined;
  const name = readdirSync(folder)
    .filter((n) => /resnet-?18.*\.safetensors$/i.test(n))
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
