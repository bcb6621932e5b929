import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { keepOffline } from './keep-offline';
import type { OfflineProgress } from '../../../base/shared/offline';

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

  /** @param shellKept whether the app's own small files are kept, too: settles when they are, or cannot be */
  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly shellKept: () => Promise<boolean>,
  ) {
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
    const end = keepOffline({ page: new URL('.', document.baseURI).href, models: !dataIsDear() }, (progress) => {
      if (progress.phase !== 'kept') this.#on(progress);
      else void this.#afterShell(progress, () => this.#end === end);
    });
    this.#end = end;
  }

  /** Makes way for something more urgent, for example a model that is chosen. */
  pause(): void {
    this.#end?.();
    this.#end = undefined;
    if (this.progress?.phase === 'keeping') this.progress = undefined;
  }

  /** All large files are there: that is only worth its word once the page itself is. @param current whether nothing has come between */
  async #afterShell(progress: OfflineProgress, current: () => boolean): Promise<void> {
    const kept = await this.shellKept();
    if (current()) this.#on(kept ? progress : { ...progress, phase: 'stopped', reason: 'failed' });
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
