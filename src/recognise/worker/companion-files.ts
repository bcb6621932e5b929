import { MOST_SIZE, type Preprocessing } from '../../engine/index';
import { namesOfFile } from '../shared/class-names';

/** Longer ones are no lists of names. */
const MOST_TEXT = 4 * 2 ** 20;

/** What files that lie beside a model say of it. */
export interface Companions {
  readonly names: readonly string[] | undefined;
  readonly preprocessing: Partial<Preprocessing> | undefined;
}

const isTriple = (value: unknown): value is Preprocessing['mean'] =>
  Array.isArray(value) && value.length === 3 && value.every((v) => typeof v === 'number' && Number.isFinite(v));

function sideOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'object' || value === null) return undefined;
  const { shortest_edge: short, height } = value as { readonly shortest_edge?: unknown; readonly height?: unknown };
  return typeof short === 'number' ? short : typeof height === 'number' ? height : undefined;
}

/** `preprocessor_config.json` as the transformers library writes it; undefined where the text is something else. */
function preprocessorConfig(text: string): Partial<Preprocessing> | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof parsed !== 'object' || parsed === null) return undefined;
  const config = parsed as Readonly<Record<string, unknown>>;
  const { image_mean: mean, image_std: std, do_normalize: normalises = true, do_rescale: rescales = true, resample } = config;
  // Pictures are divided by the deviations.
  if (!isTriple(mean) || !isTriple(std) || !std.every((deviation) => deviation > 0)) return undefined;
  const side = sideOf(config['size']);
  const crop = sideOf(config['crop_size']);
  const factor = rescales === false ? 255 : 1;
  const within = (size: number | undefined): size is number => size !== undefined && Number.isInteger(size) && size > 0 && size <= 2 * MOST_SIZE;
  return {
    ...(normalises === false ? { mean: [0, 0, 0], std: [1 / factor, 1 / factor, 1 / factor] } : { mean: mean.map((v) => v / factor) as unknown as Preprocessing['mean'], std: std.map((v) => v / factor) as unknown as Preprocessing['std'] }),
    ...(within(side) ? { resize: side } : {}),
    ...(within(crop) ? { crop } : {}),
    // Pillow's numbers: 2 is bilinear, 3 bicubic.
    ...(resample === 3 ? { interpolation: 'bicubic' as const } : resample === 2 ? { interpolation: 'bilinear' as const } : {}),
  };
}

/** Reads what lies beside a model: class names, and how its pictures are to be made. */
export async function readCompanions(files: readonly File[]): Promise<Companions> {
  let names: readonly string[] | undefined;
  let preprocessing: Partial<Preprocessing> | undefined;
  for (const file of files.filter(({ size }) => size <= MOST_TEXT)) {
    const text = await file.text();
    names ??= namesOfFile(file.name, text);
    if (/\.json$/iu.test(file.name)) preprocessing ??= preprocessorConfig(text);
  }
  return { names, preprocessing };
}
