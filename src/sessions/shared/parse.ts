import type { VideoInfo, HumanEdit, HumanSpan, RecognitionEntry, SessionManifest, Snapshot } from './session';
import { briefly } from '../../base/shared/briefly';
import { safeName } from './export/file-names';
import type { Aim } from '../../engine/index';
import type { LabelRef } from '../../base/shared/labels/label-ref';

/** Thrown where something is not what a session's file must hold; the message names the place. */
export class SessionFormatError extends Error {
  override readonly name = 'SessionFormatError';
}

type Fields = Readonly<Record<string, unknown>>;

/** Longest name of a label or session, characters; what a person can type is cut shorter than that. */
const LONGEST_TEXT = 10_000;
/** A plain file name: nothing that leads out of a folder. */
const FILE_NAME = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,119}$/;

function fail(place: string, wanted: string): never {
  throw new SessionFormatError(`${place} must be ${wanted}.`);
}

function fields(value: unknown, place: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) fail(place, 'an object');
  return value as Fields;
}

function text(value: unknown, place: string): string {
  if (typeof value !== 'string' || value.length > LONGEST_TEXT) fail(place, `a text of at most ${LONGEST_TEXT} characters`);
  return value;
}

function id(value: unknown, place: string): string {
  const found = text(value, place);
  if (found.length === 0 || found.length > 200) fail(place, '1 to 200 characters');
  return found;
}

function oneOf<T extends string>(value: unknown, choices: readonly T[], place: string): T {
  return choices.find((choice) => choice === value) ?? fail(place, `one of ${choices.join(', ')}`);
}

function number(value: unknown, place: string, low = 0, high = Number.MAX_SAFE_INTEGER): number {
  if (typeof value !== 'number' || !(value >= low && value <= high)) fail(place, `a number from ${low} to ${high}`);
  return value;
}

function truth(value: unknown, place: string): boolean {
  if (typeof value !== 'boolean') fail(place, 'true or false');
  return value;
}

function whole(value: unknown, place: string, high?: number): number {
  const found = number(value, place, 0, high);
  if (!Number.isInteger(found)) fail(place, 'a whole number');
  return found;
}

function list(value: unknown, place: string, longest: number): readonly unknown[] {
  if (!Array.isArray(value) || value.length > longest) fail(place, `a list of at most ${longest}`);
  return value;
}

function label(value: unknown, place: string): LabelRef {
  const { index, name } = fields(value, place);
  const shown = text(name, `${place}.name`);
  return index === undefined ? { name: shown } : { index: whole(index, `${place}.index`, 999), name: shown };
}

/** Least side of a square: one that is rounded to 4 decimals is no smaller. */
const LEAST_SIDE = 1e-4;

function square(value: unknown, place: string): Aim {
  const { x, y, side } = fields(value, place);
  return { x: number(x, `${place}.x`, 0, 1), y: number(y, `${place}.y`, 0, 1), side: number(side, `${place}.side`, LEAST_SIDE, 1) };
}

const PRECISIONS = ['fp32', 'fp16', 'int8'] as const;

export function parseRecognition(value: unknown): RecognitionEntry {
  const { timeUs, top, modelId, precision, latencyMs, sure, square: lookedAt } = fields(value, 'A recognition');
  return {
    timeUs: whole(timeUs, 'timeUs'),
    top: list(top, 'top', 1000).map((entry, i) => ({
      ...label(entry, `top[${i}]`),
      probability: number(fields(entry, `top[${i}]`)['probability'], `top[${i}].probability`, 0, 1.000001),
    })),
    modelId: text(modelId, 'modelId'),
    precision: oneOf(precision, PRECISIONS, 'precision'),
    latencyMs: number(latencyMs, 'latencyMs', -1e9, 1e12),
    ...(sure !== undefined && { sure: truth(sure, 'sure') }),
    ...(lookedAt !== undefined && { square: square(lookedAt, 'square') }),
  };
}

function parseSpan(value: unknown): HumanSpan {
  const found = fields(value, 'span');
  const startUs = whole(found['startUs'], 'span.startUs');
  const endUs = whole(found['endUs'], 'span.endUs');
  if (endUs <= startUs) fail('span.endUs', 'above span.startUs');
  const accepted = found['accepted'] !== undefined && truth(found['accepted'], 'span.accepted');
  return { id: id(found['id'], 'span.id'), startUs, endUs, label: label(found['label'], 'span.label'), ...(accepted && { accepted }), ...(found['author'] !== undefined && { author: text(found['author'], 'span.author') }) };
}

function fileName(value: unknown, place: string): string {
  const file = text(value, place);
  // Also where it is unpacked: Windows keeps names as `con.jpg` for devices.
  if (!FILE_NAME.test(file) || safeName(file) !== file) fail(place, 'a plain file name');
  return file;
}

function parseSnapshot(value: unknown): Snapshot {
  const found = fields(value, 'snapshot');
  const accepted = found['accepted'] !== undefined && truth(found['accepted'], 'snapshot.accepted');
  return {
    id: id(found['id'], 'snapshot.id'),
    timeUs: whole(found['timeUs'], 'snapshot.timeUs'),
    file: fileName(found['file'], 'snapshot.file'),
    label: found['label'] === undefined ? undefined : label(found['label'], 'snapshot.label'),
    ...(accepted && { accepted }),
    ...(found['author'] !== undefined && { author: text(found['author'], 'snapshot.author') }),
  };
}

export function parseHumanEdit(value: unknown): HumanEdit {
  const found = fields(value, 'An edit');
  const mark = {
    ...(found['step'] !== undefined && { step: id(found['step'], 'step') }),
    ...(found['by'] !== undefined && { by: oneOf(found['by'], ['undo', 'redo'] as const, 'by') }),
  };
  const kind = oneOf(found['kind'], ['put-span', 'delete-span', 'put-snapshot', 'delete-snapshot'] as const, 'kind');
  switch (kind) {
    case 'put-span':
      return { ...mark, kind, span: parseSpan(found['span']) };
    case 'put-snapshot':
      return { ...mark, kind, snapshot: parseSnapshot(found['snapshot']) };
    default:
      return { ...mark, kind, id: id(found['id'], 'id') };
  }
}

function parseVideo(value: unknown): VideoInfo {
  const found = fields(value, 'film');
  const mimeType = text(found['mimeType'], 'film.mimeType');
  if (!/^video\/(mp4|webm)(;.*)?$/.test(mimeType)) fail('film.mimeType', 'of video/mp4 or video/webm');
  return {
    file: oneOf(found['file'], ['film.mp4', 'film.webm'] as const, 'film.file'),
    mimeType,
    width: whole(found['width'], 'film.width', 65_536),
    height: whole(found['height'], 'film.height', 65_536),
    recorder: oneOf(found['recorder'], ['webcodecs', 'media-recorder'] as const, 'film.recorder'),
  };
}

export function parseManifest(value: unknown): SessionManifest {
  const found = fields(value, 'session.json');
  if (found['version'] !== 1) {
    throw new SessionFormatError(`session.json is of version ${briefly(found['version'])}; this app reads version 1.`);
  }
  return {
    version: 1,
    id: id(found['id'], 'id'),
    name: text(found['name'], 'name'),
    createdAt: number(found['createdAt'], 'createdAt', 0, 8.64e15),
    state: oneOf(found['state'], ['recording', 'complete', 'recovered'] as const, 'state'),
    ...(found['ended'] !== undefined && { ended: oneOf(found['ended'], ['storage-full', 'recording-failed'] as const, 'ended') }),
    ...(found['flaw'] !== undefined && { flaw: oneOf(found['flaw'], ['film-damaged', 'film-short'] as const, 'flaw') }),
    durationUs: whole(found['durationUs'], 'durationUs'),
    ...(found['pauses'] !== undefined && {
      pauses: list(found['pauses'], 'pauses', 100_000).map((pause, i) => {
        const { timeUs, lengthUs } = fields(pause, `pauses[${i}]`);
        return { timeUs: whole(timeUs, `pauses[${i}].timeUs`), lengthUs: whole(lengthUs, `pauses[${i}].lengthUs`) };
      }),
    }),
    film: parseVideo(found['film']),
    ...(found['device'] !== undefined && { device: text(found['device'], 'device') }),
    models: list(found['models'], 'models', 1000).map((model, i) => {
      const entry = fields(model, `models[${i}]`);
      return {
        id: text(entry['id'], `models[${i}].id`),
        name: text(entry['name'], `models[${i}].name`),
        precision: oneOf(entry['precision'], PRECISIONS, `models[${i}].precision`),
        ...(entry['middle'] !== undefined && { middle: number(entry['middle'], `models[${i}].middle`, LEAST_SIDE, 1) }),
      };
    }),
    bytes: whole(found['bytes'], 'bytes'),
    recognitions: whole(found['recognitions'], 'recognitions'),
    spans: whole(found['spans'], 'spans'),
    snapshots: whole(found['snapshots'], 'snapshots'),
  };
}
