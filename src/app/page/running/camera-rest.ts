import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { CameraController } from '../../../recognise/page/index';

/** A camera that nobody has seen the picture of for so long is closed, milliseconds. */
export const UNSEEN_MS = 60_000;

/** What a camera is judged by. */
interface RestParts {
  readonly camera: CameraController;
  /** Whether a view with its picture is shown. */
  readonly seen: boolean;
  readonly recording: boolean;
}

/** Closes the camera a minute after its picture was last in sight, unless it records. A shared screen is looked at elsewhere, and stays. */
export class CameraRest implements ReactiveController {
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly parts: () => RestParts,
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    document.addEventListener('visibilitychange', this.#judge);
  }

  hostDisconnected(): void {
    document.removeEventListener('visibilitychange', this.#judge);
    this.#awake();
  }

  hostUpdated(): void {
    this.#judge();
  }

  #awake(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  readonly #judge = (): void => {
    const { camera, seen, recording } = this.parts();
    const rests = camera.state === 'live' && camera.source === 'camera' && !recording && (!seen || document.visibilityState === 'hidden');
    if (!rests) this.#awake();
    else
      this.#timer ??= setTimeout(() => {
        this.#timer = undefined;
        this.parts().camera.stop();
        this.host.requestUpdate();
      }, UNSEEN_MS);
  };
}
