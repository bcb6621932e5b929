import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { Fault } from '../../../base/shared/fault';
import { type PictureKeeper, takePicture, type TakenParts, type TakenPicture } from './take-picture';

/** How long what was kept is told of, milliseconds: long enough to share it. */
const TOLD_MS = 10_000;

/** Owns the picture that was taken last, until it has been told of. */
export class PictureController implements ReactiveController {
  /** Undefined before the first, and when it has been told of long enough. */
  taken: TakenPicture | undefined;
  /** Why it could not be taken or kept. */
  fault: Fault | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly keeper: () => PictureKeeper | undefined,
  ) {
    host.addController(this);
  }

  hostDisconnected(): void {
    clearTimeout(this.#timer);
  }

  /** Takes what a video shows and keeps it; never throws: the result is `taken` and `fault`. */
  async take(video: HTMLVideoElement, parts: TakenParts): Promise<void> {
    this.dismiss();
    try {
      const picture = await takePicture(video, parts);
      // Shown also where it cannot be kept: it can be shared or saved all the same.
      this.taken = picture;
      await this.keeper()?.(picture);
    } catch (error) {
      this.fault = Fault.from(error, 'storage-failed');
    }
    this.#timer = setTimeout(() => this.dismiss(), TOLD_MS);
    this.host.requestUpdate();
  }

  dismiss(): void {
    clearTimeout(this.#timer);
    this.taken = undefined;
    this.fault = undefined;
    this.host.requestUpdate();
  }
}
