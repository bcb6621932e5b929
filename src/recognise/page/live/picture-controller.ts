import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { downloadFile } from '../../../base/page/save-file';
import { Fault } from '../../../base/shared/fault';
import { type PictureKeeper, takePicture, type TakenParts, type TakenPicture } from './take-picture';

/** How long what was kept is told of, milliseconds: long enough to share it. */
const TOLD_MS = 10_000;

/** Owns the picture that was taken last, until it has been told of, and those that could not be kept, until a person has dealt with them. */
export class PictureController implements ReactiveController {
  /** Kept; undefined before the first, and when it has been told of long enough. */
  taken: TakenPicture | undefined;
  /** Why one could not be taken or kept; stays until it is read. */
  fault: Fault | undefined;
  /** Could not be kept: they are nowhere else. */
  unkept: readonly TakenPicture[] = [];
  /** Whether those were saved as files. */
  saved = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #takes = 0;

  /**
   * @param keeper read when it is needed
   * @param read whether a person is at what is told: it stays then
   */
  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly keeper: () => PictureKeeper | undefined,
    private readonly read: () => boolean = () => false,
  ) {
    host.addController(this);
  }

  hostDisconnected(): void {
    clearTimeout(this.#timer);
  }

  /** Takes what a video shows and keeps it; never throws: the result is `taken`, `fault` and `unkept`. */
  async take(video: HTMLVideoElement, parts: TakenParts): Promise<void> {
    const take = ++this.#takes;
    if (this.unkept.length === 0 || this.saved) this.dismiss();
    else this.#tell(undefined);
    let picture: TakenPicture | undefined;
    try {
      picture = await takePicture(video, parts);
      await this.keeper()?.(picture);
      // Of two in quick succession the newer one is told of, whichever is kept first.
      if (take === this.#takes) this.#tell(picture);
    } catch (error) {
      this.fault = Fault.from(error, picture ? 'storage-failed' : 'camera-failed');
      if (picture) this.unkept = [...(this.saved ? [] : this.unkept), picture];
      if (picture) this.saved = false;
      this.host.requestUpdate();
    }
  }

  /** Saves as files what could not be kept. Call it at once in a press of a button. */
  save(): void {
    for (const { file } of this.unkept) downloadFile(file, file.name, { onlyCopy: true });
    this.saved = true;
    this.host.requestUpdate();
  }

  dismiss(): void {
    this.fault = undefined;
    this.unkept = [];
    this.saved = false;
    this.#tell(undefined);
  }

  #tell(picture: TakenPicture | undefined): void {
    this.taken = picture;
    clearTimeout(this.#timer);
    if (picture) this.#timer = setTimeout(() => this.#tell(this.read() ? picture : undefined), TOLD_MS);
    this.host.requestUpdate();
  }
}
