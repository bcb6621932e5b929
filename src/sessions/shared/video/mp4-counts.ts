import { boxAt, boxes, readRun, view } from './mp4-boxes';
import type { ByteSource } from './video-cut';

/** Boxes that hold others on the way to tables of frames. */
const FOLDERS = new Set(['moov', 'trak', 'mdia', 'minf', 'stbl', 'moof', 'traf']);
/** Tables of a track: where their count stands after version and flags, and bytes of an entry (ISO/IEC 14496-12, section 8.6 and 8.7). */
const TABLES: Readonly<Record<string, { readonly countAt: number; readonly entry: number }>> = {
  stts: { countAt: 4, entry: 8 },
  ctts: { countAt: 4, entry: 8 },
  stss: { countAt: 4, entry: 4 },
  stsc: { countAt: 4, entry: 12 },
  stco: { countAt: 4, entry: 4 },
  co64: { countAt: 4, entry: 8 },
  stsz: { countAt: 8, entry: 4 },
};
const STTS_ENTRY = 8;

/** @param bytes of the whole table, of which `table` may be the beginning */
function checkTable(type: string, table: DataView, bytes: number, fileBytes: number): void {
  const { countAt, entry } = TABLES[type];
  const count = table.getUint32(countAt);
  const held = bytes - countAt - 4;
  // Where all frames have one size, stsz has no entries, and the frames themselves must be there.
  const size = type === 'stsz' ? table.getUint32(4) : 0;
  if (size > 0 ? count * size > fileBytes : count * entry > held) throw new RangeError(`${type} counts ${count} entries in ${held} bytes.`);
  if (type !== 'stts') return;
  let frames = 0;
  for (let i = 0; i < count && 12 + i * STTS_ENTRY <= table.byteLength; i++) frames += table.getUint32(8 + i * STTS_ENTRY);
  if (frames > fileBytes) throw new RangeError(`stts counts ${frames} frames in a file of ${fileBytes} bytes.`);
}

/**
 * Compares what an MP4 file counts with the bytes that are there: other readers reserve room for what a file counts before they look.
 * Files of other kinds have nothing to compare.
 * @throws RangeError that names the box whose count cannot be
 */
export function checkMp4Counts(source: ByteSource): void {
  let left = source.size;
  const walk = (start: number, end: number): void => {
    for (const box of boxes(source, start, end)) {
      if (FOLDERS.has(box.type)) walk(box.start, box.end);
      else if (Object.hasOwn(TABLES, box.type)) checkTable(box.type, view(source, box), box.end - box.start, source.size);
      else if (box.type === 'trun') left -= readRun(view(source, box), left).count;
    }
  };
  walk(0, source.size);
}

/** Whether an MP4 file ends within its frames: it was cut off. Files of other kinds are not looked at. */
export function endsEarly(source: ByteSource): boolean {
  if (boxAt(source, 0, source.size)?.type !== 'ftyp') return false;
  let end = 0;
  for (const box of boxes(source, 0, source.size)) end = box.end;
  // What is torn may be an index behind the frames, too, without which all of them are there.
  return ['moof', 'mdat'].includes(String.fromCharCode(...source.read(end + 4, 4)));
}
