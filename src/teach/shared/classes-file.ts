import type { Aim } from '../../engine/index';
import type { FeatureModel } from '../../recognise/shared/index';
import { nameKey, nameOf } from '../../base/shared/labels/label-ref';
import { briefly } from '../../base/shared/briefly';
import { fromBase64, toBase64 } from './base64';

/** What a file of taught classes begins with. */
const FILE_FORMAT = 'sightglass-things';
const FILE_VERSION = 1;
export const LONGEST_NAME = 60;
/** One rule for what is added, imported and exported. */
export const MOST_CLASSES = 1000;
export const MOST_EXAMPLES = 500;

/** Where an example came from. */
export type ExampleSource = 'camera' | 'picture' | 'session';

export interface FileExample {
  readonly id: string;
  readonly group: string;
  /** Milliseconds since 1970. */
  readonly addedAt: number;
  readonly source: ExampleSource;
  /** The square of the frame that it is of, in shares of the frame; left out for the middle one, as in files of before 2026-11-26. */
  readonly square?: Aim;
  /** Shape [width]. */
  readonly features: Float32Array;
  /** JPEG, as far as the person wanted images in the file. */
  readonly picture?: Uint8Array<ArrayBuffer>;
}

interface FileClass {
  readonly name: string;
  /** True for examples of anything else. */
  readonly other: boolean;
  readonly examples: readonly FileExample[];
}

/** What a file of taught classes holds. */
export interface ClassesFile {
  readonly model: FeatureModel;
  readonly things: readonly FileClass[];
}

/** A file that is no file of taught classes, or a damaged one; the message says what and where, for the person. */
export class ClassesFileError extends Error {
  override readonly name = 'ClassesFileError';
}

/**
 * Writes taught classes as JSON: `{ format, version, model, things: [{ name, other, examples: [{ id, group, addedAt, source,
 * square?, features, picture? }] }] }`; features are little-endian float32 and images JPEG, both in base64.
 */
export function writeClassesFile({ model, things: classes }: ClassesFile): string {
  return JSON.stringify({
    format: FILE_FORMAT,
    version: FILE_VERSION,
    model,
    things: classes.map(({ name, other, examples }) => ({
      name,
      other,
      examples: examples.map(({ features, picture, ...rest }) => ({
        ...rest,
        features: toBase64(littleEndian(features)),
        ...(picture ? { picture: toBase64(picture) } : {}),
      })),
    })),
  });
}

function littleEndian(values: Float32Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(values.length * 4));
  values.forEach((value, i) => view.setFloat32(i * 4, value, true));
  return new Uint8Array(view.buffer);
}

type Fields = Readonly<Record<string, unknown>>;

function fail(where: string, what: string): never {
  throw new ClassesFileError(`${where} ${what}.`);
}

function object(value: unknown, where: string): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : fail(where, 'is no object');
}

function text(fields: Fields, key: string, where: string, longest = 200): string {
  const value = fields[key];
  if (typeof value !== 'string') return fail(`${where}.${key}`, 'is no text');
  return value.length > longest ? fail(`${where}.${key}`, `is longer than ${longest} letters`) : value;
}

function list(fields: Fields, key: string, where: string, most: number): readonly unknown[] {
  const value = fields[key];
  if (!Array.isArray(value)) return fail(`${where}.${key}`, 'is no list');
  return value.length > most ? fail(`${where}.${key}`, `has ${value.length} entries, more than ${most}`) : (value as unknown[]);
}

function bytes(fields: Fields, key: string, where: string): Uint8Array<ArrayBuffer> {
  try {
    return fromBase64(text(fields, key, where, 4_000_000));
  } catch (error) {
    return error instanceof RangeError ? fail(`${where}.${key}`, `is damaged: ${error.message}`) : fail(`${where}.${key}`, 'is no text');
  }
}

function readModel(value: unknown): FeatureModel {
  const fields = object(value, 'model');
  const width = fields['width'];
  if (typeof width !== 'number' || !Number.isInteger(width) || width < 1 || width > 8192) return fail('model.width', 'is no length of features');
  return {
    id: text(fields, 'id', 'model'), name: text(fields, 'name', 'model'), precision: text(fields, 'precision', 'model'),
    sha256: text(fields, 'sha256', 'model'), width,
  };
}

function share(fields: Fields, key: string, where: string): number {
  const value = fields[key];
  return typeof value === 'number' && value >= 0 && value <= 1 ? value : fail(`${where}.${key}`, 'is no number from 0 to 1');
}

function readSquare(value: unknown, where: string): Aim {
  const fields = object(value, where);
  const square = { x: share(fields, 'x', where), y: share(fields, 'y', where), side: share(fields, 'side', where) };
  return square.side > 0 ? square : fail(`${where}.side`, 'is 0');
}

const SOURCES: readonly unknown[] = ['camera', 'picture', 'session'] satisfies ExampleSource[];

export function isSource(value: unknown): value is ExampleSource {
  return SOURCES.includes(value);
}

function readExample(value: unknown, where: string, width: number): FileExample {
  const fields = object(value, where);
  const raw = bytes(fields, 'features', where);
  if (raw.length !== width * 4) return fail(`${where}.features`, `has ${raw.length / 4} numbers where the model has ${width}`);
  const view = new DataView(raw.buffer);
  const features = Float32Array.from({ length: width }, (_, i) => view.getFloat32(i * 4, true));
  if (!features.every(Number.isFinite) || features.every((f) => f === 0)) return fail(`${where}.features`, 'are no features: all zero or no numbers');
  const source = text(fields, 'source', where);
  if (!isSource(source)) return fail(`${where}.source`, `is ${briefly(source)}`);
  const addedAt = fields['addedAt'];
  // As far from 1970 as a Date goes.
  if (typeof addedAt !== 'number' || !(Math.abs(addedAt) <= 8.64e15)) return fail(`${where}.addedAt`, 'is no time');
  const image = fields['picture'] === undefined ? undefined : bytes(fields, 'picture', where);
  if (image && !(image[0] === 0xff && image[1] === 0xd8)) return fail(`${where}.picture`, 'is no JPEG');
  return {
    id: text(fields, 'id', where), group: text(fields, 'group', where), addedAt, source, features,
    ...(fields['square'] !== undefined && { square: readSquare(fields['square'], `${where}.square`) }),
    ...(image ? { picture: image } : {}),
  };
}

/**
 * Reads what {@link writeClassesFile} wrote, and checks all of it.
 * @throws ClassesFileError
 */
export function readClassesFile(json: string): ClassesFile {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw new ClassesFileError('The file is no JSON, or it is cut off.');
  }
  const fields = object(value, 'The file');
  if (fields['format'] !== FILE_FORMAT) throw new ClassesFileError('The file is JSON, but not of things taught to Sightglass.');
  if (fields['version'] !== FILE_VERSION) {
    throw new ClassesFileError(`The file has version ${briefly(fields['version'])}; this app reads version ${FILE_VERSION}. Reload the page for a newer one.`);
  }
  const model = readModel(fields['model']);
  const names = new Set<string>();
  const classes = new Map<string, FileClass>();
  for (const [t, entry] of list(fields, 'things', 'file', MOST_CLASSES).entries()) {
    const where = `things[${t}]`;
    const taughtClass = object(entry, where);
    const words = text(taughtClass, 'name', where, LONGEST_NAME);
    const written = words.trim().toLowerCase();
    const name = nameOf(words);
    if (name === '') return fail(`${where}.name`, 'is empty');
    if (names.has(written)) return fail(`${where}.name`, `is a second ${briefly(name)}`);
    names.add(written);
    const examples = list(taughtClass, 'examples', where, MOST_EXAMPLES).map((e, i) => readExample(e, `${where}.examples[${i}]`, model.width));
    // Exports of before 2026-11-26 may have a name twice, in two Unicode forms: it is one thing.
    const key = nameKey(name);
    const before = classes.get(key);
    classes.set(key, { name, other: taughtClass['other'] === true, examples: [...(before?.examples ?? []), ...examples] });
  }
  if (classes.size === 0) throw new ClassesFileError('The file holds no things.');
  return { model, things: [...classes.values()] };
}
