import { MOST_CLASSES, type ClassifierDescription, type ClassifierPorts } from '../../engine/index';
import { isPorts, isPreprocessing, isText } from './manifest-check';
import type { ModelManifest } from './model';

/** Under which name an exported model tells, in the metadata of its ONNX file, how it is fed, read and called. */
const KEY = 'sightglass';
const VERSION = 1;

/** What an exported model tells of itself. */
export type OwnModel = Pick<ModelManifest, 'name' | 'licence' | 'source' | 'preprocessing' | 'classNames'> & { readonly ports: ClassifierPorts | undefined };

/**
 * What an ONNX file that this app exported tells of itself.
 * @returns undefined where it tells nothing, or another version of the app wrote it in a way that is not known here
 */
export function ownModelIn(metadata: Readonly<Record<string, string>>): OwnModel | undefined {
  let told: Partial<Record<keyof OwnModel | 'version', unknown>>;
  try {
    told = (JSON.parse(metadata[KEY] ?? 'null') ?? {}) as typeof told;
  } catch {
    return undefined;
  }
  const { version, name, licence, source, preprocessing, ports, classNames } = told;
  const names = Array.isArray(classNames) && classNames.length <= MOST_CLASSES && classNames.every(isText) ? (classNames) : undefined;
  if (version !== VERSION || !isText(name) || !isText(licence) || !isText(source) || !isPreprocessing(preprocessing)) return undefined;
  if (ports !== undefined && !isPorts(ports)) return undefined;
  return { name, licence, source, preprocessing, ports, ...(names ? { classNames: names } : {}) };
}

/** What an exported file tells of itself, where that fits the network in it; its input is as the network has it. */
export function ownModelOf({ ports, outputs, metadata }: ClassifierDescription): (OwnModel & { readonly ports: ClassifierPorts }) | undefined {
  const own = ownModelIn(metadata);
  const scores = outputs.find(({ name }) => name === own?.ports?.scores);
  if (!own?.ports || !scores) return undefined;
  const { classNames, ports: set } = own;
  // Pictures of one size for a network of another: no such file was exported here.
  if (own.preprocessing.crop !== set.size) return undefined;
  if (set.answers !== 'features' && scores.classes !== undefined && classNames !== undefined && classNames.length !== scores.classes) return undefined;
  return { ...own, ports: { ...set, input: ports.input, numbers: ports.numbers } };
}

/** What a class is called whose name nobody knows. */
export function numberedName(index: number): string {
  return `class ${index}`;
}

/** The same of all classes of a network. */
export function numberedNames(classes: number): readonly string[] {
  return Array.from({ length: classes }, (_, i) => numberedName(i));
}

/** A field of bytes of a protocol buffer message with a number below 16. */
function field(number: number, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const head = [number * 8 + 2];
  let left = bytes.length;
  for (; left > 127; left = Math.floor(left / 128)) head.push((left % 128) | 0x80);
  const whole = new Uint8Array(head.length + 1 + bytes.length);
  whole.set([...head, left]);
  whole.set(bytes, head.length + 1);
  return whole;
}

/**
 * What has to follow a model's ONNX file so that it tells all of it itself (metadata_props, field 14 of a ModelProto; the last of a name
 * holds): any program of ONNX's reads the file as before.
 */
export function ownModelTail({ name, licence, source, preprocessing, ports, classNames }: ModelManifest): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder();
  const value = JSON.stringify({ version: VERSION, name, licence, source, preprocessing, ports, classNames });
  const key = field(1, text.encode(KEY));
  const told = field(2, text.encode(value));
  const entry = new Uint8Array(key.length + told.length);
  entry.set(key);
  entry.set(told, key.length);
  return field(14, entry);
}
