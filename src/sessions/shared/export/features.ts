import { ByteWriter, ParquetWriter, type SchemaElement } from 'hyparquet-writer';
import type { Side } from '../dataset/dataset';
import type { LabelRef } from '../../../base/shared/labels/label-ref';
import type { Region } from '../../../engine/index';
import type { FeatureModel } from '../../../recognise/shared/index';
import { secondsText } from './export-source';

/*
 * What the network makes of every frame of a film, as Parquet: a row a frame, with the numbers that its classifier reads. For clustering,
 * search by likeness, and classifiers of one's own without running a network again.
 */

/** One frame. */
export interface FeatureRow {
  /** The session's name and id. */
  readonly session: string;
  readonly sessionId: string;
  /** What the frame is in a dataset: the number of its label's class, and its side where it is a picture of it. */
  readonly inSet?: { readonly classId: number | undefined; readonly side: Side | undefined };
  /** As the film has it, from 0. */
  readonly frame: number;
  readonly timeUs: number;
  /** A person's label that began last, and whether it is an accepted guess; undefined where nothing is labelled. */
  readonly label: (LabelRef & { readonly accepted: boolean }) | undefined;
  /** What the network says of this very look; undefined where it says nothing. */
  readonly predicted: { readonly index: number; readonly name: string; readonly probability: number } | undefined;
  /** The square that it looked at, pixels of the film. */
  readonly square: Region;
  /** Shape [width of the model's features]. */
  readonly features: Float32Array;
}

/** Rows of a group: of 512 numbers each half a megabyte. */
const ROWS = 256;

const optional = (name: string, rest: Partial<SchemaElement>): SchemaElement => ({ name, repetition_type: 'OPTIONAL', ...rest });
const text = (name: string): SchemaElement => optional(name, { type: 'BYTE_ARRAY', converted_type: 'UTF8' });

const columnsOfSet = [optional('class_id', { type: 'INT64' }), text('split')];

const schema = (set: boolean): SchemaElement[] => [
  { name: 'schema', num_children: set ? 16 : 14 },
  text('session'), text('session_id'), ...(set ? columnsOfSet : []),
  optional('frame', { type: 'INT64' }), optional('time_s', { type: 'DOUBLE' }),
  text('label'), optional('class', { type: 'INT64' }), optional('accepted', { type: 'BOOLEAN' }),
  text('predicted'), optional('predicted_class', { type: 'INT64' }), optional('probability', { type: 'DOUBLE' }),
  optional('square_left', { type: 'DOUBLE' }), optional('square_top', { type: 'DOUBLE' }), optional('square_side', { type: 'DOUBLE' }),
  optional('features', { converted_type: 'LIST', num_children: 1 }),
  { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
  optional('element', { type: 'FLOAT' }),
];

const columns = (rows: readonly FeatureRow[], set: boolean): { name: string; data: unknown[] }[] => [
  { name: 'session', data: rows.map(({ session }) => session) },
  { name: 'session_id', data: rows.map(({ sessionId }) => sessionId) },
  ...(set ? [
    { name: 'class_id', data: rows.map(({ inSet }) => (inSet?.classId === undefined ? undefined : BigInt(inSet.classId))) },
    { name: 'split', data: rows.map(({ inSet }) => inSet?.side) },
  ] : []),
  { name: 'frame', data: rows.map(({ frame }) => BigInt(frame)) },
  { name: 'time_s', data: rows.map(({ timeUs }) => Number(secondsText(timeUs))) },
  { name: 'label', data: rows.map(({ label }) => label?.name) },
  { name: 'class', data: rows.map(({ label }) => (label?.index === undefined ? undefined : BigInt(label.index))) },
  { name: 'accepted', data: rows.map(({ label }) => label?.accepted) },
  { name: 'predicted', data: rows.map(({ predicted }) => predicted?.name) },
  { name: 'predicted_class', data: rows.map(({ predicted }) => predicted && BigInt(predicted.index)) },
  { name: 'probability', data: rows.map(({ predicted }) => predicted?.probability) },
  { name: 'square_left', data: rows.map(({ square }) => square.x) },
  { name: 'square_top', data: rows.map(({ square }) => square.y) },
  { name: 'square_side', data: rows.map(({ square }) => square.width) },
  { name: 'features', data: rows.map(({ features }) => Array.from(features)) },
];

/**
 * The file, a group of rows at a time.
 * @param name of the session or dataset, in the file's metadata `sightglass` with the network
 * @param set whether it is of a dataset, with columns for classes and sides
 */
export async function* featureTable(rows: AsyncIterable<FeatureRow>, name: string, model: FeatureModel, set = false): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const writer = new ByteWriter();
  const kvMetadata = [{ key: 'sightglass', value: JSON.stringify({ [set ? 'dataset' : 'session']: name, model }) }];
  // Numbers of a network hardly get smaller.
  const parquet = new ParquetWriter({ writer, schema: schema(set), codec: 'UNCOMPRESSED', statistics: false, kvMetadata, createdBy: 'sightglass' });
  const written = (): Uint8Array<ArrayBuffer> => {
    const bytes = writer.getBytes().slice();
    writer.index = 0;
    return bytes;
  };
  let group: FeatureRow[] = [];
  for await (const row of rows) {
    if (group.push(row) < ROWS) continue;
    await parquet.write({ columnData: columns(group, set), rowGroupSize: ROWS });
    group = [];
    yield written();
  }
  if (group.length > 0) await parquet.write({ columnData: columns(group, set), rowGroupSize: ROWS });
  await parquet.finish();
  yield written();
}
