import { decodeImage } from '../../src/base/page/decode-image';
import { CertaintyGate, SECOND_LOOK_MS } from '../../src/base/shared/certainty';
import type { Aim, Prediction } from '../../src/engine/index';
import type { RecogniserClient } from '../../src/recognise/page/model/recogniser-client';
import type { LookOptions, Recognition } from '../../src/recognise/shared/recogniser';
import { seeded } from '../../src/teach/shared/split';
import { darkenRow, normalTable } from './noise';

/** A thing before a camera: a picture, masked to its own rectangle, on another one that is blurred. */
export interface Scene {
  /** Addresses of two pictures. */
  readonly object: string;
  readonly background: string;
  /** Height of the object as a share of the frame's. */
  readonly height: number;
  /** Where it lies, -1..1 each: 0 in the middle, 1 as far off as shows it whole, with its middle in the square that the network sees. */
  readonly x: number;
  readonly y: number;
  /** Factor of all bytes. */
  readonly light: number;
  /** Standard deviation of each byte's noise, anew in each frame. */
  readonly noise: number;
  /** Largest move of the whole frame from one to the next, pixels in each direction. */
  readonly shake: number;
  readonly seed: number;
}

export interface SceneRun {
  /**
   * Frames, and milliseconds from one to the next on the clock that the recogniser is told. Where they are far apart there is one more of a
   * scene that has just begun, as the app's own scheduler looks again after so long.
   */
  readonly frames: number;
  readonly interval: number;
  readonly looks: LookOptions;
  /** Whether the object is aimed at exactly. */
  readonly aimed: boolean;
}

/** What stood there after each frame. */
export interface Shown {
  /** Milliseconds from the last frame of the scene before to this one. */
  readonly at: number;
  /** The answer for this frame alone, its most likely labels. */
  readonly answer: readonly Prediction[];
  /** Index of the first label. */
  readonly first: number;
  /** Whether the app would have shown it, not "Not sure". */
  readonly sure: boolean;
  readonly inferenceMs: number;
  readonly changed: boolean;
}

const WIDTH = 1280;
const HEIGHT = 720;
/** More than the object may be as wide as. */
const WIDEST = 0.96;
/** Room for the shake around the frame. */
const MARGIN = 16;
/** Share of a picture's shorter side that the network sees of it. */
const SEEN = 224 / 256;

const NORMAL = normalTable(seeded(1));

async function load(url: string): Promise<ImageBitmap> {
  return decodeImage(await (await fetch(url)).blob());
}

interface Composed {
  readonly pixels: Uint8ClampedArray;
  readonly aim: Aim;
}

/** The scene with its margin, and where its object would be aimed at: at the square that the network sees of the picture itself. */
async function compose(scene: Scene): Promise<Composed> {
  const [object, background] = await Promise.all([load(scene.object), load(scene.background)]);
  const canvas = new OffscreenCanvas(WIDTH + 2 * MARGIN, HEIGHT + 2 * MARGIN);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('This browser gives no 2D canvas.');
  context.imageSmoothingQuality = 'high';
  const cover = Math.max(canvas.width / background.width, canvas.height / background.height);
  context.filter = 'blur(24px)';
  context.drawImage(background, 0, 0, background.width * cover, background.height * cover);
  context.filter = 'none';
  const scale = Math.min((scene.height * HEIGHT) / object.height, (WIDEST * WIDTH) / object.width);
  const [width, height] = [object.width * scale, object.height * scale];
  const reach = (SEEN * HEIGHT) / 2;
  const left = (WIDTH - width) / 2 + scene.x * Math.min((WIDTH - width) / 2, reach);
  const top = (HEIGHT - height) / 2 + scene.y * Math.min((HEIGHT - height) / 2, reach);
  context.drawImage(object, MARGIN + left, MARGIN + top, width, height);
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  object.close();
  background.close();
  const aim = { x: (left + width / 2) / WIDTH, y: (top + height / 2) / HEIGHT, side: Math.min(1, (SEEN * Math.min(width, height)) / HEIGHT) };
  return { pixels: data, aim };
}

function frameOf({ pixels }: Composed, scene: Scene, random: () => number): Uint8ClampedArray {
  const data = new Uint8ClampedArray(WIDTH * HEIGHT * 4);
  const move = (): number => MARGIN + Math.round((2 * random() - 1) * scene.shake);
  const [dx, dy] = [move(), move()];
  const plain = scene.light === 1 && scene.noise === 0;
  for (let y = 0; y < HEIGHT; y++) {
    const from = ((y + dy) * (WIDTH + 2 * MARGIN) + dx) * 4;
    const row = pixels.subarray(from, from + WIDTH * 4);
    const to = y * WIDTH * 4;
    if (plain) {
      data.set(row, to);
      continue;
    }
    darkenRow(row, data, to, scene, NORMAL, random);
  }
  return data;
}

/** Milliseconds on the recogniser's clock: it never goes back from one run to the next. */
let clock = 0;
let id = 0;

/** Shows scenes one after another, as a camera would, to a recogniser that runs. @returns what stood there, scene by scene, frame by frame */
export async function playScenes(client: RecogniserClient, scenes: readonly Scene[], { frames, interval, looks, aimed }: SceneRun): Promise<Shown[][]> {
  const shown: Shown[][] = [];
  const gate = new CertaintyGate();
  for (const scene of scenes) {
    const composed = await compose(scene);
    const random = seeded(scene.seed);
    const labels: Shown[] = [];
    const begun = clock;
    const look = async (at: number): Promise<boolean> => {
      const frame = { data: frameOf(composed, scene, random), width: WIDTH, height: HEIGHT };
      clock = begun + at;
      const recognition: Recognition = await client.recognise(frame, { id: ++id, capturedAt: clock, count: 20, looks, ...(aimed && { aim: composed.aim }) });
      const [first] = recognition.steady;
      labels.push({ at, answer: recognition.top, first: first.index, sure: gate.update(first, clock, recognition.sceneChanged), inferenceMs: recognition.inferenceMs, changed: recognition.sceneChanged });
      return recognition.sceneChanged;
    };
    for (let i = 1; i <= frames; i++) {
      const begins = await look(i * interval);
      if (begins && interval > SECOND_LOOK_MS) await look(i * interval + SECOND_LOOK_MS);
    }
    shown.push(labels);
  }
  return shown;
}
