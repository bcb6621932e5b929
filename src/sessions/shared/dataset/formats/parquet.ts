import { ByteWriter, ParquetWriter, type SchemaElement } from 'hyparquet-writer';
import { namesById } from '../classes';
import { PictureReader, type DatasetContext, type Pictures, type ZipContent } from './format';
import { textBlocks } from '../../export/text';
import { pictureRow } from './picture-rows';
import type { DatasetPicture } from '../dataset';

/** Pictures of a row group, at most, and about how many bytes of them: what is in memory at a time. */
const ROWS = 100;
const BYTES = 16_000_000;

const text = (name: string): SchemaElement => ({ name, type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' });
const number = (name: string, type: 'INT64' | 'DOUBLE' | 'BOOLEAN'): SchemaElement => ({ name, type, repetition_type: 'OPTIONAL' });

/** As Hugging Face embeds images: a struct of bytes and path. */
const SCHEMA: SchemaElement[] = [
  { name: 'schema', num_children: 12 },
  { name: 'image', num_children: 2, repetition_type: 'OPTIONAL' },
  { name: 'bytes', type: 'BYTE_ARRAY', repetition_type: 'OPTIONAL' },
  text('path'),
  number('label', 'INT64'),
  text('author'), text('session'), number('frame', 'INT64'), number('time_s', 'DOUBLE'),
  number('box_left', 'DOUBLE'), number('box_top', 'DOUBLE'), number('box_width', 'DOUBLE'), number('box_height', 'DOUBLE'),
  text('predicted'), number('sure', 'BOOLEAN'),
];

/** What Hugging Face's `datasets` makes of the columns: `label` is a class, `image` a picture. */
function features(names: readonly string[]): object {
  const value = (dtype: string): object => ({ dtype, _type: 'Value' });
  const [string, double] = [value('string'), value('float64')];
  return {
    image: { _type: 'Image' }, label: { names, _type: 'ClassLabel' }, author: string, session: string, frame: value('int64'), time_s: double,
    box_left: double, box_top: double, box_width: double, box_height: double, predicted: string, sure: value('bool'),
  };
}

const whole = (value: number | null): bigint | undefined => (value === null ? undefined : BigInt(value));

async function columns(pictures: readonly DatasetPicture[]) {
  const rows = pictures.map((picture) => ({ ...pictureRow(picture, picture.file), picture }));
  const bytes = await Promise.all(pictures.map(async ({ jpeg }) => new Uint8Array(await jpeg.arrayBuffer())));
  return [
    { name: 'image', data: bytes.map((data, i) => ({ bytes: data, path: pictures[i].file })) },
    { name: 'label', data: rows.map(({ class_id }) => BigInt(class_id)) },
    { name: 'author', data: rows.map(({ author }) => author) },
    { name: 'session', data: rows.map(({ session }) => session) },
    { name: 'frame', data: rows.map(({ frame }) => whole(frame)) },
    { name: 'time_s', data: rows.map(({ time_s }) => time_s) },
    ...(['x', 'y', 'width', 'height'] as const).map((side, i) => ({
      name: ['box_left', 'box_top', 'box_width', 'box_height'][i], data: rows.map(({ picture }) => picture.box[side]),
    })),
    { name: 'predicted', data: rows.map(({ predicted }) => predicted ?? undefined) },
    { name: 'sure', data: rows.map(({ sure }) => sure ?? undefined) },
  ];
}

async function* table(reader: PictureReader, side: string, names: readonly string[]): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const writer = new ByteWriter();
  // JPEGs do not get smaller; a length of page for each picture keeps what is in memory small.
  const kvMetadata = [{ key: 'huggingface', value: JSON.stringify({ info: { features: features(names) } }) }];
  const parquet = new ParquetWriter({ writer, schema: SCHEMA, codec: 'UNCOMPRESSED', statistics: false, kvMetadata, createdBy: 'sightglass' });
  const written = (): Uint8Array<ArrayBuffer> => {
    const bytes = writer.getBytes().slice();
    writer.index = 0;
    return bytes;
  };
  for (;;) {
    const group: DatasetPicture[] = [];
    let bytes = 0;
    for (let next = await reader.peek(); next?.side === side && group.length < ROWS && bytes < BYTES; next = await reader.peek()) {
      group.push(next);
      bytes += next.jpeg.size;
      await reader.take();
    }
    if (group.length === 0) break;
    await parquet.write({ columnData: await columns(group), rowGroupSize: ROWS });
    yield written();
  }
  await parquet.finish();
  yield written();
}

/** Hugging Face's layout with the pictures in Parquet: `data/train-00000-of-00001.parquet`. A picture with several labels has its first. */
export async function* parquet({ classes }: DatasetContext, pictures: Pictures): AsyncGenerator<ZipContent> {
  const reader = new PictureReader(pictures);
  const names = namesById(classes);
  const validation = (side: string): string => (side === 'val' ? 'validation' : side);
  for (let next = await reader.peek(); next; next = await reader.peek()) {
    yield { name: `data/${validation(next.side)}-00000-of-00001.parquet`, input: table(reader, next.side, names) };
  }
  yield { name: 'classes.json', input: textBlocks([JSON.stringify(names, undefined, 1)]) };
}
