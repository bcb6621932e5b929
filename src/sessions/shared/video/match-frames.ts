import { median } from '../../../base/shared/statistics';

/** Frames on each side of the one that is next in time that an image may be of. */
const REACH = 32;
const WIDTH = 2 * REACH + 1;
/** What it costs to leave an image or a frame without a partner, in microseconds of difference. */
const ALONE_US = 25_000;
/** Farther apart than this they are not of each other, microseconds. */
const FARTHEST_US = 150_000;

/** How a cell was come to: an image with its frame, an image without one, a frame without one, or from afar. */
const PAIR = 0;
const NO_FRAME = 1;
const NO_IMAGE = 2;
const JUMP = 3;

/** For each image, and before the first, how many frames come before it by its offset. */
function middles(drawn: Float64Array, frames: Float64Array, offset: (i: number) => number): Int32Array {
  const found = new Int32Array(drawn.length + 1);
  for (let i = 1, j = 0; i <= drawn.length; i++) {
    while (j < frames.length && frames[j] < drawn[i - 1] + offset(i - 1)) j++;
    found[i] = j;
  }
  return found;
}

function cheapest(costs: Float64Array, extra: (at: number) => number): number {
  let best = 0;
  for (let at = 1; at < costs.length; at++) if (costs[at] + extra(at) < costs[best] + extra(best)) best = at;
  return best;
}

/** How fast the offset that is reckoned with follows that of the newest frame: in some twenty images. */
const FOLLOW = 0.05;

interface Alignment {
  /** For each image the place of its frame, -1 where it has none. */
  readonly found: Int32Array;
  /** Microseconds of difference, and what those without a partner cost. */
  readonly cost: number;
}

/**
 * The cheapest way to lay two rising lists side by side (sequence alignment, Needleman and Wunsch 1970), in a band about the
 * place in time that the offset tells.
 * @param offsetAt how much later each image's frame is, microseconds
 * @param follow whether that is only known of the first, and to be followed from there
 */
function align(drawn: Float64Array, frames: Float64Array, offsetAt: (i: number) => number, follow: boolean): Alignment {
  const [rows, columns] = [drawn.length, frames.length];
  const middle = middles(drawn, frames, offsetAt);
  const steps = new Uint8Array((rows + 1) * WIDTH);
  /** Where a row was come to from afar. */
  const jumps = new Map<number, number>();
  let offset = offsetAt(0);
  let before = new Float64Array(WIDTH).fill(Infinity);
  let now = new Float64Array(WIDTH);
  for (let i = 0; i <= rows; i++) {
    const shift = i > 0 ? middle[i] - middle[i - 1] : 0;
    const above = (at: number): number => before[at + shift] ?? Infinity;
    now.fill(Infinity);
    if (!follow && i > 0) offset = offsetAt(i - 1);
    for (let at = 0; at < WIDTH; at++) {
      const j = middle[i] - REACH + at;
      if (j < 0 || j > columns) continue;
      if (i === 0) {
        now[at] = j * ALONE_US;
        steps[at] = NO_IMAGE;
        continue;
      }
      const apart = j > 0 ? Math.abs(frames[j - 1] - drawn[i - 1] - offset) : Infinity;
      const pair = apart <= FARTHEST_US ? above(at - 1) + apart : Infinity;
      const noFrame = above(at) + ALONE_US;
      const noImage = at > 0 ? now[at - 1] + ALONE_US : Infinity;
      now[at] = Math.min(pair, noFrame, noImage);
      steps[i * WIDTH + at] = now[at] === pair ? PAIR : now[at] === noFrame ? NO_FRAME : NO_IMAGE;
    }
    if (i > 0 && now.every((cost) => cost === Infinity)) {
      const from = cheapest(before, () => 0);
      jumps.set(i, middle[i - 1] - REACH + from);
      for (let at = 0; at < WIDTH; at++) {
        const j = middle[i] - REACH + at;
        if (j >= 0 && j <= columns) now[at] = before[from] + ALONE_US;
        steps[i * WIDTH + at] = JUMP;
      }
    }
    if (follow && i > 0) {
      const best = cheapest(now, () => 0);
      const frame = frames[middle[i] - REACH + best - 1];
      if (steps[i * WIDTH + best] === PAIR) offset += FOLLOW * (frame - drawn[i - 1] - offset);
    }
    [before, now] = [now, before];
  }
  const found = new Int32Array(rows).fill(-1);
  const last = middle[rows] - REACH;
  const alone = (at: number): number => Math.max(0, columns - last - at) * ALONE_US;
  const end = cheapest(before, alone);
  let j = last + end;
  for (let i = rows; i > 0; ) {
    const step = steps[i * WIDTH + (j - middle[i] + REACH)];
    if (step === PAIR) found[--i] = --j;
    else if (step === NO_FRAME) i--;
    else if (step === NO_IMAGE) j--;
    else j = jumps.get(i--) ?? 0;
  }
  return { found, cost: before[end] + alone(end) };
}

/** Images that the offset at the beginning is found by: some ten seconds of video. */
const OPENING = 320;
/** How far the video's zero, its first frame, may lie from the first image, and in what steps that is searched, microseconds. */
const EARLIEST_US = -1_200_000;
const LATEST_US = 600_000;
const STEP_US = 6000;
/** What a far offset costs, a share of it: between those that fit alike, the nearest is taken. */
const UNLIKELY = 0.25;

/**
 * How much later than the images the frames are at the beginning, microseconds. The video's zero is when its first frame was
 * taken, which a busy machine does late, so that all others seem early; and where cameras are regular, a video that is laid a
 * whole frame beside its images fits nearly as well. Only the right offset fits what is irregular: so all are tried.
 */
function openingOffset(drawn: Float64Array, frames: Float64Array): number {
  const images = drawn.subarray(0, OPENING);
  const endUs = images[images.length - 1];
  let best = { offset: 0, cost: Infinity };
  for (let offset = EARLIEST_US; offset <= LATEST_US; offset += STEP_US) {
    // Frames of later images are no fault of an offset, nor is it one to have none.
    const end = drawn.length > OPENING ? frames.findLastIndex((time) => time <= endUs + offset + ALONE_US / 2) + 1 : frames.length;
    const cost = align(images, frames.subarray(0, end), () => offset, true).cost + UNLIKELY * Math.abs(offset);
    if (cost < best.cost) best = { offset, cost };
  }
  return best.offset;
}

/** Images whose offsets make up the one that is reckoned with: recorders drift, and pauses shift them. */
const NEAR = 31;

/** The offset near each image, from a first alignment. @param opening that of images before the first that has a frame */
function offsets(drawn: Float64Array, frames: Float64Array, found: Int32Array, opening: number): (i: number) => number {
  const at = new Float64Array(Math.ceil(drawn.length / NEAR));
  let last = opening;
  for (let n = 0; n < at.length; n++) {
    const apart: number[] = [];
    for (let i = n * NEAR; i < Math.min(drawn.length, (n + 1) * NEAR); i++) if (found[i] >= 0) apart.push(frames[found[i]] - drawn[i]);
    at[n] = last = apart.length > 0 ? median(apart) : last;
  }
  return (i) => at[Math.floor(i / NEAR)];
}

/**
 * Which frame of a video each image became that was drawn for it, where the recorder stamps frames by a clock of its own: a
 * few milliseconds after they were drawn, never out of order, and now and then with one left out or doubled.
 *
 * @param drawn when each image was drawn, microseconds of video, rising
 * @param frames when each frame is shown, microseconds from the first, rising
 * @returns for each image the place of its frame, -1 where the recorder left it out; shape [drawn]
 */
export function matchFrames(drawn: Float64Array, frames: Float64Array): Int32Array {
  if (drawn.length === 0 || frames.length === 0) return new Int32Array(drawn.length).fill(-1);
  const opening = openingOffset(drawn, frames);
  const first = align(drawn, frames, () => opening, true);
  return align(drawn, frames, offsets(drawn, frames, first.found, opening), false).found;
}
