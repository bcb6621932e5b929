import type { Aim } from '../../engine/index';
import type { FeatureModel } from '../../recognise/shared/index';
import { isSource, type ExampleSource } from '../shared/classes-file';
import type { TaughtHead } from '../shared/head';
import type { HeldOutReport } from '../shared/report';
import type { LiveClasses, TrainingResult } from '../shared/teach';

/*
 * What lies in the database is foreign input: an older or newer version of the app may have written it, or a damaged disk given it back. One reader for
 * each kind of record; what it does not take is as if it were not there, and stays where it is.
 */

export interface StoredClass {
  readonly id: string;
  readonly name: string;
  readonly other: boolean;
  readonly createdAt: number;
}

export interface StoredExample {
  readonly id: string;
  readonly thingId: string;
  readonly group: string;
  /** Milliseconds since 1970; those added together are thousandths apart, so that their order is kept. */
  readonly addedAt: number;
  readonly source: ExampleSource;
  /** As `NewExample.square`. */
  readonly square?: Aim;
  readonly model: FeatureModel;
  readonly features: Float32Array;
  readonly picture: Blob | undefined;
}

export interface StoredTraining {
  readonly result: TrainingResult;
  readonly live: LiveClasses;
}

type Fields = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null;
const isText = (value: unknown): value is string => typeof value === 'string';
const isNumber = (value: unknown): value is number => Number.isFinite(value);
const areTexts = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every(isText);
const isRow = (value: unknown, length: number): boolean =>
  (value instanceof Float64Array || value instanceof Float32Array) && value.length === length && value.every(Number.isFinite);

export function isStoredClass(value: unknown): value is StoredClass {
  return isObject(value) && isText(value['id']) && isText(value['name']) && value['name'] !== '' && typeof value['other'] === 'boolean' && isNumber(value['createdAt']);
}

function isFeatureModel(value: unknown): value is FeatureModel {
  return isObject(value) && ['id', 'name', 'precision', 'sha256'].every((key) => isText(value[key])) && Number.isInteger(value['width']);
}

function isSquare(value: unknown): boolean {
  return isObject(value) && ['x', 'y', 'side'].every((key) => isNumber(value[key]));
}

export function isStoredExample(value: unknown): value is StoredExample {
  if (!isObject(value) || !['id', 'thingId', 'group'].every((key) => isText(value[key]))) return false;
  const { addedAt, source, square, model, features, picture } = value;
  return (
    isNumber(addedAt) && isSource(source) && (square === undefined || isSquare(square)) && (picture === undefined || picture instanceof Blob) &&
    isFeatureModel(model) && isRow(features, model.width)
  );
}

/** Examples whose class is not there, or could not be read: nobody sees them. */
export function withoutClass(examples: readonly StoredExample[], classes: readonly StoredClass[]): StoredExample[] {
  const ids = new Set(classes.map(({ id }) => id));
  return examples.filter(({ thingId }) => !ids.has(thingId));
}

function isHead(value: unknown): value is TaughtHead {
  if (!isObject(value)) return false;
  const { things, width, other, model, scaling, means, names, openSet } = value;
  if (!isNumber(things) || !isNumber(width) || !areTexts(names) || names.length !== things || typeof other !== 'boolean') return false;
  if (!Array.isArray(means) || means.length !== things || !means.every((mean) => isRow(mean, width))) return false;
  if (!isObject(scaling) || !isRow(scaling['centre'], width) || !isNumber(scaling['scale'])) return false;
  if (!isObject(openSet) || !isNumber(openSet['threshold']) || !isNumber(openSet['width'])) return false;
  const classes = things + (other ? 1 : 0);
  return model === undefined || (isObject(model) && isRow(model['weights'], classes * width) && isRow(model['bias'], classes));
}

const isLive = (value: unknown): value is LiveClasses => isObject(value) && isFeatureModel(value['model']) && isHead(value['head']);

const isShare = (value: unknown): boolean => isObject(value) && ['right', 'count', 'share', 'low', 'high'].every((key) => isNumber(value[key]));

function isReport(value: unknown): value is HeldOutReport {
  if (!isObject(value) || !isShare(value['accuracy']) || !isShare(value['named'])) return false;
  const { confusion, logLoss, wrong, moments } = value;
  if (moments !== undefined && !isShare(moments)) return false;
  return (
    Array.isArray(confusion) && confusion.every((row) => Array.isArray(row) && row.every(isNumber)) && typeof logLoss === 'number' &&
    Array.isArray(wrong) && wrong.every(isNumber)
  );
}

/**
 * What was learned, as it lies there; undefined where it cannot be read. It can be learned anew of the examples: nothing is missing then but the time for that.
 * Versions before 2026-11-26 may have kept a low-rank adapter of the last block with it: then the head without one is taken, with what it was held out to.
 */
export function readTraining(value: unknown): StoredTraining | undefined {
  if (!isObject(value) || !isObject(value['result']) || !isLive(value['live'])) return undefined;
  const { thingIds, exampleIds, wrongIds, report, adapter, headSeconds } = value['result'];
  if (!areTexts(thingIds) || !areTexts(exampleIds) || !areTexts(wrongIds) || !isReport(report) || !isNumber(headSeconds)) return undefined;
  const { model, head } = value['live'];
  const base = { thingIds, exampleIds, headSeconds };
  if (!isObject(adapter) || adapter['kind'] !== 'kept') return { result: { ...base, report, wrongIds }, live: { model, head } };
  const { plain } = adapter;
  return isReport(plain) ? { result: { ...base, report: plain, wrongIds: plain.wrong.map((i) => exampleIds[i]) }, live: { model, head } } : undefined;
}
