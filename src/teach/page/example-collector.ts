import { type Aim, squareAt } from '../../engine/index';
import { grabFrame, squareImage } from '../../recognise/page/index';
import { loadVideoFrames } from '../../sessions/page/index';
import { decodeImage } from '../../base/page/decode-image';
import { Fault } from '../../base/shared/fault';
import type { FrameInput, Recognition, RecogniseOptions } from '../../recognise/shared/index';
import type { NewExample } from '../shared/teach';
import type { ExampleSource } from '../shared/classes-file';

/** Runs the network; the frame is transferred. */
export type Recognise = (frame: FrameInput, options: RecogniseOptions) => Promise<Recognition>;

/** Milliseconds between two examples of a burst: closer ones are all but the same. */
const BURST_INTERVAL = 180;
/** Examples of one burst at most. */
const MOST_IN_BURST = 30;

/** Examples of a time of a video. */
export interface VideoSpan {
  /** Microseconds. */
  readonly startUs: number;
  readonly endUs: number;
  /** What is meant of the frame at a time: a square in shares of the frame, or undefined for the middle one; always that if left out. */
  readonly squareAt?: (timeUs: number) => Aim | undefined;
}

/** As it is kept. */
const rounded = ({ x, y, side }: Aim): Aim => ({ x: Number(x.toFixed(4)), y: Number(y.toFixed(4)), side: Math.max(1e-4, Number(side.toFixed(4))) });

/** Times within a span, evenly, none at its very ends. */
function timesIn({ startUs, endUs }: VideoSpan, count: number): number[] {
  return Array.from({ length: count }, (_, i) => Math.round(startUs + ((endUs - startUs) * (i + 0.5)) / count));
}

/** Turns what a camera, an image file or a video shows into examples: features and a small image. */
export class ExampleCollector {
  constructor(private readonly recognise: Recognise) {}

  /**
   * Takes examples from a video until told to stop.
   *
   * @param goOn asked before each; false ends it
   * @param onExample told of each at once
   * @param aim gives the square that is meant, read for each; the middle one if it gives none
   */
  async burst(
    video: HTMLVideoElement, goOn: () => boolean, onExample: (example: NewExample) => void, aim: () => Aim | undefined = () => undefined,
  ): Promise<void> {
    const group = crypto.randomUUID();
    for (let taken = 0; taken < MOST_IN_BURST && goOn(); taken++) {
      const started = performance.now();
      const { videoWidth, videoHeight } = video;
      const aimed = aim();
      const image = squareImage(video, videoWidth, videoHeight, aimed && squareAt(aimed, videoWidth, videoHeight));
      onExample(await this.#example(await grabFrame(video), await image, group, 'camera', aimed));
      const rest = BURST_INTERVAL - (performance.now() - started);
      if (rest > 0) await new Promise((resolve) => setTimeout(resolve, rest));
    }
  }

  /** @throws ImageError where the file is no image that is read here */
  async fromImage(file: Blob): Promise<NewExample> {
    const bitmap = await decodeImage(file);
    const image = await squareImage(bitmap, bitmap.width, bitmap.height);
    return this.#example(bitmap, image, crypto.randomUUID(), 'picture');
  }

  /** @throws Fault `film-unreadable` */
  async *fromVideo(video: Blob, spans: readonly VideoSpan[], count: number): AsyncGenerator<NewExample> {
    // Only now: the reader of videos is large.
    const { videoFrames } = await loadVideoFrames();
    for (const span of spans) {
      const group = crypto.randomUUID();
      for await (const { frame, timeUs } of videoFrames(video, timesIn(span, count))) {
        const { displayWidth, displayHeight } = frame;
        const aimed = span.squareAt?.(timeUs);
        const image = await squareImage(frame, displayWidth, displayHeight, aimed && squareAt(aimed, displayWidth, displayHeight));
        yield await this.#example(frame.clone(), image, group, 'session', aimed);
      }
    }
  }

  /** What the network that runs now sees in a kept image. */
  async again(image: Blob): Promise<Pick<NewExample, 'features'>> {
    return this.#example(await createImageBitmap(image, { colorSpaceConversion: 'none' }), image, '', 'picture');
  }

  async #example(frame: FrameInput, image: Blob, group: string, source: ExampleSource, aim?: Aim): Promise<NewExample> {
    const { features } = await this.recognise(frame, {
      id: 0, capturedAt: performance.now(), count: 1, features: true, live: false, aim,
    });
    if (!features) throw new Fault('no-model', 'The model that runs gives no features to learn from.');
    return { features, image, group, source, ...(aim && { square: rounded(aim) }) };
  }
}

/** What turns images into examples. */
export type Collector = Pick<ExampleCollector, keyof ExampleCollector>;
