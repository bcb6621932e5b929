import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import type { Preprocessing } from '../../src/engine/model';
import { Preprocessor } from '../../src/engine/preprocess/preprocessor';

/**
 * Images of a folder, by name.
 * @throws Error where it is no folder or holds no image
 */
export function imagesIn(folder: string): string[] {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new Error(`${folder} is no folder. Name one with pictures (.jpg, .png, .webp, .avif).`);
  }
  const names = readdirSync(folder).filter((name) => /\.(jpe?g|png|webp|avif)$/i.test(name)).sort();
  if (names.length === 0) throw new Error(`${folder} holds no pictures (.jpg, .png, .webp, .avif).`);
  return names.map((name) => join(folder, name));
}

/**
 * Decodes images as the app does, upright, and makes the network's input of each with the app's own preprocessing. One that
 * cannot be read is left out, with a word to the console. The array is the same each time: copy what must outlive the step.
 */
export async function* networkInputs(
  paths: readonly string[],
  preprocessing: Preprocessing,
): AsyncGenerator<{ readonly path: string; readonly input: Float32Array }> {
  const preprocessor = new Preprocessor(preprocessing);
  const input = new Float32Array(preprocessor.outputLength);
  for (const path of paths) {
    try {
      const upright = sharp(path).rotate().toColourspace('srgb').ensureAlpha().raw();
      const { data, info } = await upright.toBuffer({ resolveWithObject: true });
      preprocessor.run(data, info.width, info.height, input);
    } catch (error) {
      console.warn(`${path} cannot be read as a picture and is left out: ${error instanceof Error ? error.message : String(error)}`);
      continue;
    }
    yield { path, input };
  }
}
