import { boxAt, boxes, find, LONG_SIZE, readRun, TRUN, view, type Box } from './mp4-boxes';
import { isTime, NOTHING_WHOLE, toMicroseconds, type ByteSource, type VideoCut } from './video-cut';

interface Track {
  readonly timescale: number;
  readonly width: number;
  readonly height: number;
  readonly codec: string;
  /** Of frames that do not tell their own, in units of the timescale. */
  readonly defaultDuration: number;
}

const hex = (value: number): string => value.toString(16).padStart(2, '0');

/** `avc1.` with profile, constraints and level from the decoder's configuration; other codecs by their four letters. */
function codecOf(entry: DataView): string {
  const type = String.fromCharCode(...[4, 5, 6, 7].map((i) => entry.getUint8(i)));
  // A VisualSampleEntry has 86 bytes, then come boxes; avcC holds the profile in its second byte.
  const AVCC = 86;
  if (type !== 'avc1' || entry.byteLength < AVCC + 12) return type;
  return `avc1.${[9, 10, 11].map((i) => hex(entry.getUint8(AVCC + i))).join('')}`;
}

function readTrack(source: ByteSource, moov: Box): Track | undefined {
  const mdhd = find(source, moov.start, moov.end, ['trak', 'mdia', 'mdhd']);
  const stsd = find(source, moov.start, moov.end, ['trak', 'mdia', 'minf', 'stbl', 'stsd']);
  if (!mdhd || !stsd) return undefined;
  const media = view(source, mdhd);
  // Version 1 has two times of 8 bytes before the timescale, version 0 of 4 (section 8.4.2).
  const timescale = media.getUint32(media.getUint8(0) === 1 ? 20 : 12);
  const description = view(source, stsd);
  const entry = new DataView(description.buffer, description.byteOffset + 8, description.byteLength - 8);
  const trex = find(source, moov.start, moov.end, ['mvex', 'trex']);
  return {
    timescale,
    width: entry.getUint16(32),
    height: entry.getUint16(34),
    codec: codecOf(entry),
    defaultDuration: trex ? view(source, trex).getUint32(12) : 0,
  };
}

/** Flags of tfhd (ISO/IEC 14496-12, section 8.8.7). */
const TFHD = { baseDataOffset: 0x1, descriptionIndex: 0x2, defaultDuration: 0x8 };

interface Times {
  /** When each frame is shown, in the order of decoding. */
  readonly shown: number[];
  last: number;
  end: number;
}

/** When the frames of one fragment begin and end, in units of the timescale. */
function readFragment(source: ByteSource, moof: Box, track: Track): Times | undefined {
  const traf = find(source, moof.start, moof.end, ['traf']);
  const tfhd = traf && find(source, traf.start, traf.end, ['tfhd']);
  const tfdt = traf && find(source, traf.start, traf.end, ['tfdt']);
  if (!tfhd || !tfdt) return undefined;
  const head = view(source, tfhd);
  const headFlags = head.getUint32(0) & 0xffffff;
  const durationAt = 8 + (headFlags & TFHD.baseDataOffset ? 8 : 0) + (headFlags & TFHD.descriptionIndex ? 4 : 0);
  const defaultDuration = headFlags & TFHD.defaultDuration ? head.getUint32(durationAt) : track.defaultDuration;
  const base = view(source, tfdt);
  let time = base.getUint8(0) === 1 ? base.getUint32(4) * LONG_SIZE + base.getUint32(8) : base.getUint32(4);
  // The frames' bytes stand in the mdat behind it; where that is not there yet, the fragment is not whole whatever it counts.
  const media = boxAt(source, moof.end, source.size);
  const most = media?.type === 'mdat' ? media.end - media.start : 0;
  const times: Times = { shown: [], last: -1, end: 0 };
  for (const trun of boxes(source, traf.start, traf.end)) {
    if (trun.type !== 'trun') continue;
    const run = view(source, trun);
    const { flags, count, at, step } = readRun(run, most - times.shown.length);
    for (let i = 0; i < count; i++) {
      const frameAt = at + i * step;
      const duration = flags & TRUN.duration ? run.getUint32(frameAt) : defaultDuration;
      const shown = time + (flags & TRUN.offset ? run.getInt32(frameAt + step - 4) : 0);
      times.shown.push(shown);
      times.last = Math.max(times.last, shown);
      times.end = Math.max(times.end, shown + duration);
      time += duration;
    }
  }
  return times;
}

/**
 * Finds the last whole fragment (moof and its mdat) of a fragmented MP4 file with one video track.
 * @param times is given the time of each whole frame, microseconds, in the order of decoding
 * @returns what stays; `NOTHING_WHOLE` where not even the first fragment is whole, or the file is no fragmented MP4
 */
export function cutMp4(source: ByteSource, times: number[] = []): VideoCut {
  let track: Track | undefined;
  let cut = NOTHING_WHOLE;
  let pending: Times | undefined;
  try {
    for (const box of boxes(source, 0, source.size)) {
      if (box.type === 'moov') track = readTrack(source, box);
      else if (box.type === 'moof') pending = track && readFragment(source, box, track);
      else if (box.type === 'mdat' && pending && track) {
        const { timescale } = track;
        if (![pending.last, pending.end].every((time) => isTime(toMicroseconds(time, timescale)))) break;
        for (const shown of pending.shown) times.push(toMicroseconds(shown, timescale));
        cut = {
          width: track.width,
          height: track.height,
          codec: track.codec,
          bytes: box.end,
          frames: cut.frames + pending.shown.length,
          lastUs: Math.max(cut.lastUs, toMicroseconds(pending.last, timescale)),
          durationUs: Math.max(cut.durationUs, toMicroseconds(pending.end, timescale)),
          patches: [],
        };
        pending = undefined;
      } else if (box.type === 'mfra' && cut.frames > 0) {
        // Another program's index of the fragments: the end of a film that is whole.
        cut = { ...cut, bytes: box.end };
      }
    }
  } catch (error) {
    // A box whose content is shorter than it must be: what came before is whole.
    if (!(error instanceof RangeError)) throw error;
  }
  return cut;
}
