import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** Keeps the screen on while that is wanted and the page is seen, where the browser can (W3C Screen Wake Lock). */
export class WakeLockController implements ReactiveController {
  #wanted = false;
  #lock: WakeLockSentinel | undefined;
  #asking = false;

  constructor(host: ReactiveControllerHost) {
    host.addController(this);
  }

  get held(): boolean {
    return this.#lock !== undefined && !this.#lock.released;
  }

  /** Says whether the screen is to stay on. */
  want(wanted: boolean): void {
    if (wanted === this.#wanted) return;
    this.#wanted = wanted;
    void this.#update();
  }

  hostConnected(): void {
    document.addEventListener('visibilitychange', this.#onVisibility);
  }

  hostDisconnected(): void {
    document.removeEventListener('visibilitychange', this.#onVisibility);
    this.want(false);
  }

  /** A hidden page loses its lock: it is taken again when the page is seen. */
  readonly #onVisibility = (): void => void this.#update();

  async #update(): Promise<void> {
    if (this.#asking) return;
    const { wakeLock } = navigator as { wakeLock?: WakeLock };
    this.#asking = true;
    try {
      while (this.#wanted !== this.held) {
        if (!this.#wanted) {
          await this.#lock?.release();
          this.#lock = undefined;
        } else if (wakeLock && document.visibilityState === 'visible') {
          this.#lock = await wakeLock.request('screen');
        } else break;
      }
    } catch {
      // Refused, for example to save the battery: the screen goes dark as ever.
    } finally {
      this.#asking = false;
    }
  }
}
