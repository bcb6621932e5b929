import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { FrameInput, LoadedModel, Recognition, RecogniseOptions } from '../../shared/recogniser';
import { nameOf } from '../live/label-judge';
import type { RecogniserController } from '../model/recogniser-controller';

/** Labels in an answer. */
const TOP_COUNT = 3;

/** Why there is no map to show: the model gives none, none runs, the run failed, or the image does not stand still. */
export type MapLack = 'map' | 'model' | 'answer' | 'still';

/** An image that does not change, to be recognised as often as it is wished for. */
export interface Still {
  /** A fresh frame of it, which the worker closes. @throws Error where it cannot be read */
  frame(): Promise<FrameInput>;
  /** Gives its memory back. */
  close?(): void;
}

/** One that is made of an image file. */
interface ImageStill extends Still {
  frame(): Promise<ImageBitmap>;
}

/** An image file. @param decode is called once */
export function imageStill(decode: () => Promise<ImageBitmap>): ImageStill {
  let decoded: Promise<ImageBitmap> | undefined;
  return {
    frame: async () => createImageBitmap(await (decoded ??= decode())),
    close: () => void decoded?.then((bitmap) => bitmap.close(), () => undefined),
  };
}

/**
 * Recognises one still image again and again, each time as it is wished for then, and once more with each model that is loaded: one run
 * at a time, and after it the newest wishes where they have changed meanwhile.
 */
export class StillLook implements ReactiveController {
  /** The newest answer; undefined until the first. */
  recognition: Recognition | undefined;
  /** Whether the last run failed. */
  failed = false;
  #still: Still | undefined;
  #running = false;
  #stale = false;
  #asked: LoadedModel | undefined;
  #mapless = false;

  /** @param wishes how the image is to be looked at, read before each run, when its frame is there */
  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly recogniser: () => Pick<RecogniserController, 'recognise' | 'state' | 'loaded'>,
    private readonly wishes: () => Pick<RecogniseOptions, 'aim' | 'map'>,
  ) {
    host.addController(this);
  }

  /** What runs may have been loaded anew. */
  hostUpdate(): void {
    if (this.#still && this.#ready && this.recogniser().loaded !== this.#asked) this.again();
  }

  /** Begins with another image. @param stays whether the answer of the one before stays until there is one */
  open(still: Still, stays = false): void {
    const { recognition } = this;
    this.close();
    if (stays) this.recognition = recognition;
    this.#still = still;
    this.again();
  }

  close(): void {
    this.#still?.close?.();
    this.#still = undefined;
    this.recognition = undefined;
    this.failed = false;
    this.#mapless = false;
  }

  /** The wishes are others. */
  again(): void {
    this.#stale = true;
    if (!this.#running) void this.#run();
  }

  /** Why there is no map; undefined where there is one, or may still come. */
  get lack(): MapLack | undefined {
    if (!this.#ready) return 'model';
    if (this.failed) return 'answer';
    return this.#mapless ? 'map' : undefined;
  }

  /** Name of the class that the map speaks for; empty where there is no map, or a taught class stands in that one's place. */
  get label(): string {
    const { recognition } = this;
    const named = recognition?.look && recognition.top.find(({ index }) => index === recognition.look?.index);
    return named ? nameOf(named) : '';
  }

  get #ready(): boolean {
    return this.recogniser().state === 'ready';
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#stale && this.#still && this.#ready) {
      this.#stale = false;
      const still = this.#still;
      this.#asked = this.recogniser().loaded;
      try {
        const frame = await still.frame();
        const wishes = this.wishes();
        const recognition = await this.recogniser().recognise(frame, {
          id: 0, capturedAt: performance.now(), count: TOP_COUNT, live: false, ...wishes,
        });
        if (still !== this.#still) continue;
        this.recognition = recognition;
        this.failed = false;
        this.#mapless = wishes.map === true && !recognition.look;
      } catch {
        // Its owner shows the recogniser's own faults.
        if (still === this.#still) this.failed = true;
      }
      this.host.requestUpdate();
    }
    this.#running = false;
  }
}
