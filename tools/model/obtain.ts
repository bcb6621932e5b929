import { join } from 'node:path';
import { ChecksumError, download, fileSha256, type OnBytes } from './download';
import { findPublished, sourceOf, type PublishedWeights, type WeightsSource } from './sources';

/**
 * Published weights: from models/ or ../shared/models/, else fetched into models/. Either way the file is the one that was published, by its
 * SHA-256: its licence and accuracy are told by that.
 *
 * @param root the project's folder
 * @throws ChecksumError where the file is another one, Error where it could not be fetched
 */
export async function obtainPublished(root: string, weights: PublishedWeights, onBytes: OnBytes, tries?: number): Promise<WeightsSource> {
  const found = findPublished(root, weights);
  if (found !== undefined) {
    const sha256 = await fileSha256(found);
    if (sha256 !== weights.sha256) {
      throw new ChecksumError(`${found} has the SHA-256 ${sha256}, not ${weights.sha256} of ${weights.source}. Remove it and run again, or name it with RESNET18_WEIGHTS if it is what you want.`);
    }
    return sourceOf(weights, found);
  }
  const target = join(root, 'models', weights.file);
  await download(weights.url, target, weights.sha256, onBytes, tries);
  return sourceOf(weights, target);
}
