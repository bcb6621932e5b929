import { isTime, NOTHING_WHOLE, type ByteSource, type VideoCut } from './video-cut';

/** Element ids of Matroska (RFC 9559) that are looked at. */
const ID = {
  ebml: 0x1a45dfa3,
  segment: 0x18538067,
  info: 0x1549a966,
  timestampScale: 0x2ad7b1,
  duration: 0x4489,
  tracks: 0x1654ae6b,
  trackEntry: 0xae,
  codecId: 0x86,
  video: 0xe0,
  pixelWidth: 0xb0,
  pixelHeight: 0xba,
  cluster: 0x1f43b675,
  timestamp: 0xe7,
  simpleBlock: 0xa3,
  blockGroup: 0xa0,
  block: 0xa1,
} as const;

/** What stands in a cluster; anything else ends one of unknown size. */
const IN_CLUSTER: readonly number[] = [ID.timestamp, ID.simpleBlock, ID.blockGroup, 0xec /* Void */, 0xab /* PrevSize */, 0xa7 /* Position */];

const CODECS: Readonly<Record<string, string>> = { V_VP8: 'vp8', V_VP9: 'vp09.00.31.08', V_AV1: 'av01.0.05M.08' };

/** Nanoseconds a tick where the file does not tell (RFC 9559, section 5.1.2.9). */
const DEFAULT_SCALE = 1_000_000;
/** A frame of unknown length counts as this long, microseconds. */
const NOMINAL_US = 33_000;

/** An element: id, size, content. */
interface Element {
  readonly id: number;
  /** Where its size stands, and in how many bytes. */
  readonly sizeAt: number;
  readonly sizeBytes: number;
  readonly start: number;
  /** Undefined where the writer had not filled it in. */
  readonly end: number | undefined;
}

/** Length of a variable-length number by its first byte (RFC 8794, section 4). */
function lengthOf(first: number): number {
  return Math.clz32(first) - 23;
}

function elementAt(source: ByteSource, at: number): Element | undefined {
  const head = source.read(at, 12);
  if (head.length < 2) return undefined;
  const idBytes = lengthOf(head[0]);
  const sizeBytes = lengthOf(head[idBytes] ?? 0);
  if (idBytes > 4 || sizeBytes > 8 || head.length < idBytes + sizeBytes) return undefined;
  let id = 0;
  for (let i = 0; i < idBytes; i++) id = id * 256 + head[i];
  let size = head[idBytes] & (0xff >> sizeBytes);
  let unknown = size === 0xff >> sizeBytes;
  for (let i = 1; i < sizeBytes; i++) {
    const byte = head[idBytes + i];
    size = size * 256 + byte;
    unknown &&= byte === 0xff;
  }
  const start = at + idBytes + sizeBytes;
  return { id, sizeAt: at + idBytes, sizeBytes, start, end: unknown ? undefined : start + size };
}

/** Most bytes of a number (RFC 8794, section 7.2), and of a name that is looked at; a size that says more is damaged, and is not read. */
const LONGEST_NUMBER = 8;
const LONGEST_NAME = 64;

function content(source: ByteSource, element: Element, longest: number): Uint8Array {
  const length = (element.end ?? element.start) - element.start;
  return source.read(element.start, length > longest ? 0 : length);
}

function unsigned(source: ByteSource, element: Element): number {
  let value = 0;
  for (const byte of content(source, element, LONGEST_NUMBER)) value = value * 256 + byte;
  return value;
}

function* children(source: ByteSource, start: number, end: number): Generator<Element & { readonly end: number }> {
  for (let at = start; at < end; ) {
    const element = elementAt(source, at);
    if (element?.end === undefined || element.end > end) return;
    yield { ...element, end: element.end };
    at = element.end;
  }
}

/** A size in as many bytes as the writer kept free for it. */
function sizeField(size: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = length - 1, rest = size; i >= 0; i--, rest = Math.floor(rest / 256)) bytes[i] = rest % 256;
  bytes[0] |= 0x80 >> (length - 1);
  return bytes;
}

function float64(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value);
  return bytes;
}

interface Header {
  scale: number;
  /** Where the duration stands as a 64-bit float, in ticks; 0 where it does not. */
  durationAt: number;
  width: number;
  height: number;
  codec: string;
}

function readTracks(source: ByteSource, tracks: Element, header: Header): void {
  const end = tracks.end ?? source.size;
  for (const entry of children(source, tracks.start, end)) {
    if (entry.id !== ID.trackEntry) continue;
    for (const part of children(source, entry.start, entry.end)) {
      if (part.id === ID.codecId) {
        header.codec = CODECS[String.fromCharCode(...content(source, part, LONGEST_NAME))] ?? '';
      } else if (part.id === ID.video) {
        for (const size of children(source, part.start, part.end)) {
          if (size.id === ID.pixelWidth) header.width = unsigned(source, size);
          else if (size.id === ID.pixelHeight) header.height = unsigned(source, size);
        }
      }
    }
  }
}

/** Ticks of a block after its cluster's time: after the track's number, 16 bits, signed; NaN where the block is too short for them. */
function blockTicks(source: ByteSource, block: Element): number {
  const head = source.read(block.start, Math.min(4, (block.end ?? block.start) - block.start));
  if (head.length < 3) return NaN;
  return new DataView(head.buffer, head.byteOffset, head.length).getInt16(1);
}

/** Goes through the clusters and remembers the last whole frame. */
class Cutter {
  readonly header: Header = { scale: DEFAULT_SCALE, durationAt: 0, width: 0, height: 0, codec: '' };
  #bytes = 0;
  #frames = 0;
  #lastTicks = -1;
  #beforeTicks = -1;
  #open: Element | undefined;

  constructor(
    private readonly source: ByteSource,
    private readonly times: number[],
  ) {}

  /** @returns where the next cluster may begin */
  cluster(cluster: Element): number {
    const { source } = this;
    let clusterTicks = 0;
    let at = cluster.start;
    while (at < source.size) {
      const element = elementAt(source, at);
      if (element?.end === undefined || element.end > source.size || !IN_CLUSTER.includes(element.id)) break;
      if (element.id === ID.timestamp) clusterTicks = unsigned(source, element);
      else if (element.id === ID.simpleBlock && !this.#frame(clusterTicks + blockTicks(source, element), element.end)) return source.size;
      else if (element.id === ID.blockGroup) {
        for (const block of children(source, element.start, element.end)) {
          if (block.id === ID.block && !this.#frame(clusterTicks + blockTicks(source, block), element.end)) return source.size;
        }
      }
      at = element.end;
    }
    // Writers fill the size in when the next cluster begins; until then it is unknown, or does not reach over its blocks.
    this.#open = cluster.end === at ? undefined : cluster;
    return at;
  }

  /** @returns false where the frame has no time: the file is damaged there, and is whole up to the frame before */
  #frame(ticks: number, end: number): boolean {
    const us = this.#us(ticks);
    if (!isTime(us)) return false;
    this.#frames++;
    this.times.push(us);
    this.#bytes = end;
    if (ticks <= this.#lastTicks) return true;
    this.#beforeTicks = this.#lastTicks;
    this.#lastTicks = ticks;
    return true;
  }

  #us(ticks: number): number {
    return Math.round((ticks * this.header.scale) / 1000);
  }

  result(segment: Element): VideoCut {
    if (this.#frames === 0) return NOTHING_WHOLE;
    const lastUs = this.#us(this.#lastTicks);
    const distance = this.#beforeTicks < 0 ? NOMINAL_US : lastUs - this.#us(this.#beforeTicks);
    // A frame that lasts beyond all counting has no end that is known.
    const durationUs = isTime(lastUs + distance) ? lastUs + distance : lastUs;
    // A cluster that was begun and holds no whole frame is cut away with its head.
    const open = [segment, this.#open].filter((e) => e !== undefined).filter((e) => e.end !== undefined && e.start < this.#bytes);
    const patches = open.map((e) => ({ at: e.sizeAt, bytes: sizeField(this.#bytes - e.start, e.sizeBytes) }));
    const { width, height, codec, durationAt } = this.header;
    if (durationAt > 0) patches.push({ at: durationAt, bytes: float64((durationUs * 1000) / this.header.scale) });
    return {
      bytes: this.#bytes,
      frames: this.#frames,
      lastUs,
      durationUs,
      width,
      height,
      codec,
      patches,
    };
  }
}

/**
 * Finds the last whole frame of a WebM file with one video track whose last cluster may be torn.
 * @param times is given the time of each whole frame, microseconds, as they come
 * @returns what stays; `NOTHING_WHOLE` where there is no whole frame, or the file is no WebM
 */
export function cutWebm(source: ByteSource, times: number[] = []): VideoCut {
  const ebml = elementAt(source, 0);
  if (ebml?.id !== ID.ebml || ebml.end === undefined) return NOTHING_WHOLE;
  const segment = elementAt(source, ebml.end);
  if (segment?.id !== ID.segment) return NOTHING_WHOLE;
  const cutter = new Cutter(source, times);
  for (let at = segment.start; at < source.size; ) {
    const element = elementAt(source, at);
    if (!element) break;
    if (element.id === ID.cluster) {
      const next = cutter.cluster(element);
      if (next <= at) break;
      at = next;
      continue;
    }
    if (element.end === undefined || element.end > source.size) break;
    if (element.id === ID.tracks) readTracks(source, element, cutter.header);
    if (element.id === ID.info) {
      for (const part of children(source, element.start, element.end)) {
        if (part.id === ID.timestampScale) cutter.header.scale = unsigned(source, part);
        else if (part.id === ID.duration && part.end - part.start === 8) cutter.header.durationAt = part.start;
      }
    }
    at = element.end;
  }
  return cutter.result(segment);
}

/** Whether a file begins as a WebM file does. */
export function isWebm(source: ByteSource): boolean {
  return elementAt(source, 0)?.id === ID.ebml;
}
