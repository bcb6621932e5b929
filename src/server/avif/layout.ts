/** A part of a picture, in pixels. */
export interface Crop {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** What an AVIF file says of its picture beside the pixels. */
export interface AvifLayout {
  /** Pixels as they are coded; of several pictures the largest. */
  readonly width: number;
  /** Pixels as they are coded; of several pictures the largest. */
  readonly height: number;
  /** Whether the picture is the first of a sequence. */
  readonly sequence: boolean;
  /** Whether it has no colours. */
  readonly grey: boolean;
  /** Whether it has a clean aperture, be it one that is cut to (`crop`) or one that is left aside. */
  readonly aperture: boolean;
  /** The part that is shown (clean aperture); undefined for all of it. */
  readonly crop: Crop | undefined;
  /** Quarter turns against the clock, 0 to 3. */
  readonly turns: number;
  /** After the turns: whether top and bottom, or left and right, change places. */
  readonly mirror: 'top-bottom' | 'left-right' | undefined;
}

interface Box {
  readonly type: string;
  /** Its content. */
  readonly view: DataView;
}

/** Boxes of one file that are read; a picture has tens of them, and each costs some hundred bytes of memory. */
const MOST_BOXES = 10_000;
/** Boxes that may still be read. */
interface Budget {
  left: number;
}
/** Bytes of a VisualSampleEntry in front of its boxes (ISO/IEC 14496-12, 12.1.3). */
const SAMPLE_ENTRY = 78;

const cut = (): Error => new Error('its boxes end too early');
const part = (view: DataView, from: number, end = view.byteLength): DataView => {
  if (from > end || end > view.byteLength) throw cut();
  return new DataView(view.buffer, view.byteOffset + from, end - from);
};

/** The boxes of a file or box, one after another (ISO/IEC 14496-12, 4.2). */
function boxesIn(view: DataView, budget: Budget): Box[] {
  const found: Box[] = [];
  for (let at = 0; at + 8 <= view.byteLength; ) {
    if (--budget.left < 0) throw new Error(`it has more than ${MOST_BOXES} boxes`);
    const [size, type] = [view.getUint32(at), String.fromCharCode(...[4, 5, 6, 7].map((i) => view.getUint8(at + i)))];
    const head = size === 1 ? 16 : 8;
    if (at + head > view.byteLength) throw cut();
    const length = size === 1 ? Number(view.getBigUint64(at + 8)) : size === 0 ? view.byteLength - at : size;
    if (length < head) throw new Error('a box is shorter than its head');
    // What ends behind the file's end is the last: its pixels may be cut off, which the decoder tells.
    found.push({ type, view: part(view, at + head, Math.min(at + length, view.byteLength)) });
    at += length;
  }
  return found;
}

const find = (boxes: readonly Box[], type: string): DataView | undefined => boxes.find((box) => box.type === type)?.view;
/** The boxes of the box that a path leads to; none where there is no such box. */
function below(budget: Budget, boxes: readonly Box[], ...path: readonly string[]): Box[] {
  return path.reduce((inside, type) => {
    const view = find(inside, type);
    return view ? boxesIn(type === 'meta' ? part(view, 4) : view, budget) : [];
  }, [...boxes]);
}

/** Places of an item's properties in `ipco`, from 1 on, in their order (ISO/IEC 23008-12, 9.3.1). */
function associationsOf(ipma: DataView, item: number): number[] {
  const [wideIds, wideIndices] = [ipma.getUint8(0) > 0, (ipma.getUint8(3) & 1) === 1];
  let at = 8;
  for (let left = ipma.getUint32(4); left > 0; left--) {
    const id = wideIds ? ipma.getUint32(at) : ipma.getUint16(at);
    at += wideIds ? 4 : 2;
    const count = ipma.getUint8(at++);
    const width = wideIndices ? 2 : 1;
    if (id === item) return Array.from({ length: count }, (_, i) => (wideIndices ? ipma.getUint16(at + 2 * i) & 0x7fff : ipma.getUint8(at + i) & 0x7f));
    at += count * width;
  }
  return [];
}

/** Properties of the file's still picture; none where it has only a sequence. */
function stillProperties(boxes: readonly Box[], budget: Budget): Box[] {
  const meta = below(budget, boxes, 'meta');
  const [pitm, ipma] = [find(meta, 'pitm'), find(below(budget, meta, 'iprp'), 'ipma')];
  if (!pitm || !ipma) return [];
  const properties = below(budget, meta, 'iprp', 'ipco');
  const item = pitm.getUint8(0) === 0 ? pitm.getUint16(4) : pitm.getUint32(4);
  return associationsOf(ipma, item).flatMap((place) => properties[place - 1] ?? []);
}

/** Size and properties of the first track of pictures; undefined where there is none. */
function sequenceProperties(boxes: readonly Box[], budget: Budget): { readonly width: number; readonly height: number; readonly properties: readonly Box[] } | undefined {
  for (const track of below(budget, boxes, 'moov').filter(({ type }) => type === 'trak')) {
    const inside = boxesIn(track.view, budget);
    const [head, entries] = [find(inside, 'tkhd'), find(below(budget, inside, 'mdia', 'minf', 'stbl'), 'stsd')];
    const entry = entries && find(boxesIn(part(entries, 8), budget), 'av01');
    // The last two numbers of the head, 16 bits before the point.
    if (head && entry) return { width: head.getUint16(head.byteLength - 8), height: head.getUint16(head.byteLength - 4), properties: boxesIn(part(entry, SAMPLE_ENTRY), budget) };
  }
  return undefined;
}

/**
 * The clean aperture. As in Chromium, one that does not begin at the upper left corner is left aside.
 * @param clap width, height, and how far the middle is moved right and down, each as a fraction (ISO/IEC 14496-12, 12.1.4)
 */
function cropOf(clap: DataView | undefined, width: number, height: number): Crop | undefined {
  if (!clap) return undefined;
  const [across, down, right, lower] = [0, 8, 16, 24].map((at) => clap.getInt32(at) / clap.getInt32(at + 4));
  const [left, top] = [(width - across) / 2 + right, (height - down) / 2 + lower];
  const whole = [across, down].every((side) => Number.isInteger(side) && side > 0) && across <= width && down <= height;
  return whole && left === 0 && top === 0 ? { left, top, width: across, height: down } : undefined;
}

/** Whether its codec's configuration says that it has no colours (AV1 in ISOBMFF, 2.3), or, as of a grid, that it has one channel. */
function isGrey(properties: readonly Box[]): boolean {
  const [av1C, pixi] = [find(properties, 'av1C'), find(properties, 'pixi')];
  return av1C ? (av1C.getUint8(2) & 0x10) !== 0 : pixi?.getUint8(4) === 1;
}

/**
 * Reads an AVIF file's boxes; no pixel is looked at.
 * @throws Error with words that say what is wrong
 */
export function readAvifLayout(bytes: Uint8Array): AvifLayout {
  try {
    return layoutOf(bytes);
  } catch (error) {
    throw error instanceof RangeError ? cut() : error;
  }
}

function layoutOf(bytes: Uint8Array): AvifLayout {
  const budget = { left: MOST_BOXES };
  const boxes = boxesIn(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), budget);
  const brand = new TextDecoder('latin1').decode(bytes.subarray(8, 12));
  const track = sequenceProperties(boxes, budget);
  const still = stillProperties(boxes, budget);
  const size = find(still, 'ispe');
  const [stillWidth, stillHeight] = size ? [size.getUint32(4), size.getUint32(8)] : [0, 0];
  const sequence = track !== undefined && (brand === 'avis' || !size);
  const properties = sequence ? track.properties : still;
  const [width, height] = [Math.max(stillWidth, track?.width ?? 0), Math.max(stillHeight, track?.height ?? 0)];
  if (width === 0 || height === 0) throw new Error('it does not say how large its picture is');
  const [irot, imir, clap] = [find(properties, 'irot'), find(properties, 'imir'), find(properties, 'clap')];
  return {
    width, height, sequence,
    grey: isGrey(properties),
    aperture: clap !== undefined,
    crop: cropOf(clap, sequence ? track.width : stillWidth, sequence ? track.height : stillHeight),
    turns: irot ? irot.getUint8(0) & 3 : 0,
    mirror: imir && ((imir.getUint8(0) & 1) === 0 ? 'top-bottom' : 'left-right'),
  };
}
