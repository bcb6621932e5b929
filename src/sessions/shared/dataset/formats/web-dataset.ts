import { PictureReader, type DatasetContext, type Pictures, type ZipContent } from './format';
import { pictureRow } from './picture-rows';
import { tarEnd, tarHeader, tarPadding } from './tar';

/** Pictures in a shard: few enough that one is quickly read, many enough that a disk reads in a row. */
const PICTURES = 1000;
const BYTES = 256e6;
const encoder = new TextEncoder();

async function* shard(reader: PictureReader, side: string, modified: Date): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let bytes = 0;
  for (let n = 0; n < PICTURES && bytes < BYTES; n++) {
    const next = await reader.peek();
    if (next?.side !== side) break;
    await reader.take();
    const key = next.file.replace(/\.jpg$/, '');
    const parts: [string, Uint8Array<ArrayBuffer>][] = [
      ['jpg', new Uint8Array(await next.jpeg.arrayBuffer())],
      ['cls', encoder.encode(String(next.classes[0].id))],
      ['json', encoder.encode(JSON.stringify(pictureRow(next, next.file)))],
    ];
    for (const [end, data] of parts) {
      yield tarHeader(`${key}.${end}`, data.length, modified);
      yield data;
      yield tarPadding(data.length);
      bytes += data.length;
    }
  }
  yield tarEnd();
}

/** WebDataset (github.com/webdataset/webdataset): `train-000000.tar` and on, with `.jpg`, `.cls` (the class's number) and `.json` of each picture. */
export async function* webDataset({ modified }: DatasetContext, pictures: Pictures): AsyncGenerator<ZipContent> {
  const reader = new PictureReader(pictures);
  let [side, number] = ['', 0];
  for (let next = await reader.peek(); next; next = await reader.peek()) {
    number = next.side === side ? number + 1 : 0;
    side = next.side;
    yield { name: `${side}-${String(number).padStart(6, '0')}.tar`, input: shard(reader, side, modified) };
  }
}
