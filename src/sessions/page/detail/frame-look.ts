import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { grabFrame, StillLook, type MapLack, type RecogniserController } from '../../../recognise/page/index';
import type { Recognition } from '../../../recognise/shared/index';
import type { Aim } from '../../../engine/index';

/** What is looked at, as it is at the moment. */
export interface FrameLookParts {
  /** Whether the map is wanted. */
  readonly wanted: boolean;
  /** The video; undefined where none can be shown. */
  readonly video: HTMLVideoElement | undefined;
  /** The square that the label at the present time is of, shares of the video's picture; undefined for the middle one. */
  readonly square: Aim | undefined;
}

/** Where the network that runs now looks at the frame that stands in a video: asked once for each, never while it plays. */
export class FrameLook implements ReactiveController {
  readonly #look: StillLook;
  #stands = '';

  /** @param parts read before each update of the host */
  constructor(
    host: ReactiveControllerHost,
    recogniser: () => Pick<RecogniserController, 'recognise' | 'state' | 'loaded'>,
    private readonly parts: () => FrameLookParts,
  ) {
    this.#look = new StillLook(host, recogniser, () => ({ aim: this.parts().square, map: true }));
    host.addController(this);
  }

  /** The answer for the frame that stands, or for the one before while that is looked at. */
  get recognition(): Recognition | undefined {
    return this.#look.recognition;
  }

  /** Name of the class that the map speaks for, empty for none. */
  get label(): string {
    return this.#look.label;
  }

  /** Why there is no map; undefined where there is one, or may still come. */
  get lack(): MapLack | undefined {
    const { video } = this.parts();
    return video && !video.paused && !video.ended ? 'still' : this.#look.lack;
  }

  hostUpdate(): void {
    const { wanted, video, square } = this.parts();
    if (!wanted || !video || (!video.paused && !video.ended)) {
      this.#clear();
      return;
    }
    // What is on its way is looked at when it is there; until then the frame before is still in sight, and its map with it.
    if (video.seeking || video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) {
      this.#stands = '';
      return;
    }
    const stands = [video.currentSrc, video.currentTime, square?.x, square?.y, square?.side].join(' ');
    if (stands === this.#stands) return;
    this.#stands = stands;
    this.#look.open({ frame: () => grabFrame(video) }, true);
  }

  hostDisconnected(): void {
    this.#clear();
  }

  #clear(): void {
    this.#stands = '';
    this.#look.close();
  }
}
