import type { ReactiveControllerHost } from 'lit';
import { decodeImage } from '../../base/page/decode-image';
import type { RecogniserController } from '../../recognise/page/index';
import type { Recognition, RecogniseOptions } from '../../recognise/shared/index';

/** Labels in an answer. */
const TOP_COUNT = 3;

/**
 * Recognises one still image again and again, each time as it is wished for then: one run at a time, and after it the newest wishes where
 * they have changed meanwhile.
 */
export class ImageLook {
  /** The newest answer; undefined until the first. */
  recognition: Recognition | undefined;
  /** Whether the last run failed. */
  failed = false;
  #file: Blob | undefined;
  #bitmap: ImageBitmap | undefined;
  #running = false;
  #stale = false;

  /** @param wishes how the image is to be looked at, read before each run */
  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly recogniser: () => Pick<RecogniserController, 'recognise'>,
    private readonly wishes: () => Pick<RecogniseOptions, 'aim' | 'map'>,
  ) {}

  /** Begins with another image. */
  open(file: Blob): void {
    this.close();
    this.#file = file;
    this.again();
  }

  /** Gives the image's memory back. */
  close(): void {
    this.#bitmap?.close();
    this.#bitmap = undefined;
    this.#file = undefined;
    this.recognition = undefined;
    this.failed = false;
  }

  /** The wishes are others. */
  again(): void {
    this.#stale = true;
    if (!this.#running) void this.#run();
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#stale && this.#file) {
      this.#stale = false;
      const file = this.#file;
      try {
        const whole = this.#bitmap ?? (await decodeImage(file));
        if (file !== this.#file) {
          whole.close();
          continue;
        }
        this.#bitmap = whole;
        // The worker closes what it is given.
        const frame = await createImageBitmap(whole);
        const recognition = await this.recogniser().recognise(frame, {
          id: 0, capturedAt: performance.now(), count: TOP_COUNT, live: false, ...this.wishes(),
        });
        if (file !== this.#file) continue;
        this.recognition = recognition;
        this.failed = false;
      } catch {
        // Its owner shows the recogniser's own faults.
        if (file === this.#file) this.failed = true;
      }
      this.host.requestUpdate();
    }
    this.#running = false;
  }
}
