import { MOST_SIZE, type ClassifierPorts, type Preprocessing } from '../../engine/index';
import { namesOfFile } from '../shared/class-names';
import type { Unmet } from '../shared/model-draft';

/** Longer ones are no lists of names. */
const MOST_TEXT = 4 * 2 ** 20;

/** What files that lie beside a model say of it. */
export interface Companions {
  /** Lists of class names, as the files come. */
  readonly lists: readonly (readonly string[])[];
  /** Names of the files of which nothing could be read. */
  readonly unread: readonly string[];
  /** What it says of how pictures are made, and no more; undefined where no such file is there. */
  readonly preprocessing: Partial<Preprocessing> | undefined;
  readonly unmet: readonly Unmet[];
  /** Side of the picture, pixels, as the network's own configuration has it. */
  readonly side: number | undefined;
  readonly colours: ClassifierPorts['colours'];
  /** Whether several classes may be right at once, as the network's own configuration has it; undefined where it does not say. */
  readonly independent: boolean | undefined;
}

/** What a preprocessor's configuration says. */
interface PictureConfig {
  readonly preprocessing: Partial<Preprocessing>;
  readonly unmet: readonly Unmet[];
  readonly colours: 'rgb' | 'bgr';
}

/** Pillow's numbers of filters: 2 is bilinear, 3 bicubic. Nearest neighbour, Lanczos, box and Hamming are not there; of them Lanczos is like bicubic. */
const FILTERS: Readonly<Record<number, Preprocessing['interpolation'] | undefined>> = { 1: 'bicubic', 2: 'bilinear', 3: 'bicubic' };

/** Of how a config.json tells that it is one of a preprocessor. */
const OF_A_PREPROCESSOR = ['image_processor_type', 'feature_extractor_type', 'do_rescale', 'do_normalize', 'do_resize', 'image_mean'];
/** From this side on ConvNext's preprocessor resizes to the side itself and crops nothing. */
const UNCROPPED = 384;

const within = (size: number | undefined): size is number => size !== undefined && Number.isInteger(size) && size > 0 && size <= 2 * MOST_SIZE;

const ALL_OF = (value: number): Preprocessing['mean'] => [value, value, value];
const isTriple = (value: unknown): value is Preprocessing['mean'] =>
  Array.isArray(value) && value.length === 3 && value.every((v) => typeof v === 'number' && Number.isFinite(v));

function sideOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'object' || value === null) return undefined;
  const { shortest_edge: short, height } = value as { readonly shortest_edge?: unknown; readonly height?: unknown };
  return typeof short === 'number' ? short : typeof height === 'number' ? height : undefined;
}

/** A JSON object, undefined where a text is none. */
function objectOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}

/** `preprocessor_config.json` as the transformers library writes it; undefined where it is something else. */
function preprocessorConfig(config: Readonly<Record<string, unknown>>): PictureConfig | undefined {
  if (!OF_A_PREPROCESSOR.some((key) => key in config)) return undefined;
  const { image_mean: mean, image_std: std, do_normalize: normalises, do_rescale: rescales = true, rescale_factor: scale, resample, crop_pct: share } = config;
  // Pictures are divided by the deviations.
  if (isTriple(std) && !std.every((deviation) => deviation > 0)) return undefined;
  const given = sideOf(config['size']);
  const crops = config['do_center_crop'] !== false;
  const ofShare = typeof share === 'number' && share > 0 && share <= 1 && given !== undefined && given < UNCROPPED;
  const crop = ofShare ? given : crops ? sideOf(config['crop_size']) : undefined;
  const side = ofShare ? Math.floor(given / share) : given;
  // Bytes times `rescale_factor`, less 1 with `rescale_offset` (transformers' EfficientNetImageProcessor); ours are bytes by 255.
  const times = rescales === false ? 255 : typeof scale === 'number' && scale > 0 && Math.abs(scale * 255 - 1) > 1e-6 ? scale * 255 : 1;
  const offset = rescales !== false && config['rescale_offset'] === true ? 1 : 0;
  const scaled = (values: Preprocessing['mean'], add = 0): Preprocessing['mean'] => [(values[0] + add) / times, (values[1] + add) / times, (values[2] + add) / times];
  const numbers = normalises === false ? { mean: scaled(ALL_OF(0), offset), std: scaled(ALL_OF(1)) } : isTriple(mean) && isTriple(std) ? { mean: scaled(mean, offset), std: scaled(std) } : {};
  const filter = typeof resample === 'number' ? FILTERS[resample] : undefined;
  const known = resample === undefined || resample === null || resample === 2 || resample === 3;
  return {
    colours: config['do_flip_channel_order'] === true ? 'bgr' : 'rgb',
    preprocessing: {
      ...numbers,
      ...(within(side) ? { resize: side } : {}),
      ...(within(crop) ? { crop } : {}),
      ...(filter ? { interpolation: filter } : {}),
    },
    unmet: [...(within(side) && crop === undefined ? ['squeezed' as const] : []), ...(known ? [] : ['filter' as const])],
  };
}

/** What timm calls filters that it resizes by: `random` is both in turn while it trains. */
const TIMM_FILTERS: Readonly<Record<string, Preprocessing['interpolation'] | undefined>> = { bilinear: 'bilinear', bicubic: 'bicubic' };

/** `pretrained_cfg` of a `config.json` as the timm library writes it; undefined where it says nothing of pictures. */
function timmConfig(config: Readonly<Record<string, unknown>>): PictureConfig | undefined {
  const { input_size: input, crop_pct: share, crop_mode: mode, interpolation, mean, std } = (config['pretrained_cfg'] ?? {}) as Readonly<Record<string, unknown>>;
  const crop = Array.isArray(input) && input.length === 3 && typeof input[1] === 'number' ? input[1] : undefined;
  if (!within(crop)) return undefined;
  const resize = typeof share === 'number' && share > 0 && share <= 1 ? Math.floor(crop / share) : undefined;
  const filter = typeof interpolation === 'string' ? TIMM_FILTERS[interpolation] : undefined;
  return {
    colours: 'rgb',
    preprocessing: {
      crop,
      ...(within(resize) ? { resize } : {}),
      ...(isTriple(mean) && isTriple(std) && std.every((deviation) => deviation > 0) ? { mean, std } : {}),
      ...(filter ? { interpolation: filter } : {}),
    },
    unmet: [...(mode === 'squash' ? ['squeezed' as const] : mode === 'border' ? ['bordered' as const] : []), ...(interpolation !== undefined && !filter ? ['filter' as const] : [])],
  };
}

/** Reads what lies beside a model: class names, and how its pictures are to be made. */
export async function readCompanions(files: readonly File[]): Promise<Companions> {
  const lists: (readonly string[])[] = [];
  const unread: string[] = [];
  let picture: PictureConfig | undefined;
  let side: number | undefined;
  let independent: boolean | undefined;
  for (const file of files) {
    const text = file.size <= MOST_TEXT ? await file.text() : '';
    const names = text === '' ? undefined : namesOfFile(file.name, text);
    if (names) lists.push(names);
    const config = /\.json$/iu.test(file.name) ? objectOf(text) : undefined;
    const pictureConfig = config && (preprocessorConfig(config) ?? timmConfig(config));
    picture ??= pictureConfig;
    const size = sideOf(config?.['image_size']);
    if (within(size)) side ??= size;
    // What transformers trains with a loss of its own for each class, and without a sigmoid in the network; or with one for all.
    const problem = config?.['problem_type'];
    const several = problem === 'multi_label_classification' ? true : problem === 'single_label_classification' ? false : undefined;
    independent ??= several;
    if (!names && !pictureConfig && !within(size) && several === undefined) unread.push(file.name);
  }
  return { lists, unread, preprocessing: picture?.preprocessing, unmet: picture?.unmet ?? [], side, colours: picture?.colours, independent };
}
