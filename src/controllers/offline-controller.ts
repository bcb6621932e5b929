import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { keepOffline } from '../client/keep-offline';
import type { OfflineProgress } from '../contract/offline';

/** How often progress is shown anew, milliseconds. */
const SHOW_INTERVAL = 250;

/** Network Information API: Chromium only, and missing from TypeScript's own types. */
interface Connection {
  readonly saveData?: boolean;
  readonly type?: string;
}

/** Whether data may cost: the person saves it, or the network is a mobile one. */
function dataIsDear(): boolean {
  const { connection } = navigator as { connection?: Connection };
  return connection?.saveData === true || connection?.type === 'cellular';
}

/** Keeps the app's large files on the device, once the app itself has what it needs; goes on when the network comes back. */
export class OfflineController implements ReactiveController {
  progress: OfflineProgress | undefined;
  /** Whether anything was fetched for it in this visit. */
  fetched = false;
  #end: (() => void) | undefined;
  #shownAt = 0;

  constructor(private readonly host: ReactiveControllerHost) {
    host.addController(this);
  }

  hostConnected(): void {
    addEventListener('online', this.#onOnline);
  }

  hostDisconnected(): void {
    removeEventListener('online', this.#onOnline);
    this.pause();
  }

  /** Begins, or goes on; all that is kept already stays. Only where a service worker will answer with it. */
  start(): void {
    if (this.#end || this.progress?.phase === 'kept') return;
    this.#end = keepOffline({ page: new URL('.', document.baseURI).href, models: !dataIsDear() }, (progress) => this.#on(progress));
  }

  /** Makes way for something more urgent, for example a model that is chosen. */
  pause(): void {
    this.#end?.();
    this.#end = undefined;
    if (this.progress?.phase === 'keeping') this.progress = undefined;
  }

  #on(progress: OfflineProgress): void {
    const now = performance.now();
    if (progress.phase === 'keeping') {
      this.fetched = true;
      if (this.progress?.phase === 'keeping' && now - this.#shownAt < SHOW_INTERVAL) return;
    } else this.#end = undefined;
    this.#shownAt = now;
    this.progress = progress;
    this.host.requestUpdate();
  }

  readonly #onOnline = (): void => {
    if (this.progress?.reason === 'no-network') this.start();
  };
}
