import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { keepOffline } from './keep-offline';
import { browserStorage } from '../../../base/page/settings';
import type { OfflineProgress, OfflineRequest } from '../../../base/shared/offline';

/** How often progress is shown anew, milliseconds. */
const SHOW_INTERVAL = 250;

/** What was ready the last time that it was said: a browser that has all of that needs not be told again. */
const TOLD_KEY = 'sightglass.offline';

/** What is to be kept of the app's large files. */
type Wanted = Omit<OfflineRequest, 'page'>;

/** Keeps what runs on the device, or all where a person asked for all, once the app itself has what it needs; goes on when the network comes back. */
export class OfflineController implements ReactiveController {
  progress: OfflineProgress | undefined;
  /** Whether there is news of it for a person. */
  news = false;
  #wanted: Wanted | undefined;
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
  start(wanted: Wanted): void {
    const same = JSON.stringify(wanted) === JSON.stringify(this.#wanted);
    // What has stopped stays so: whoever owns this asks at each of its updates, and the report of the stop is one.
    if (same && (this.#end || this.progress?.phase === 'kept' || this.progress?.phase === 'stopped')) return;
    this.#end?.();
    this.#wanted = wanted;
    const end = keepOffline({ page: new URL('.', document.baseURI).href, ...wanted }, (progress) => {
      if (progress.phase !== 'kept') this.#on(progress);
      else void this.#afterShell(progress, () => this.#end === end);
    });
    this.#end = end;
  }

  /** Makes way for something more urgent, for example a model that is chosen. */
  pause(): void {
    // Whatever it has come to before is no end of what ran.
    if (this.#end) this.progress = undefined;
    this.#end?.();
    this.#end = undefined;
  }

  /** What was wanted is there: that is only worth its word once the page itself is. @param current whether nothing has come between */
  async #afterShell(progress: OfflineProgress, current: () => boolean): Promise<void> {
    const kept = await this.shellKept();
    if (current()) this.#on(kept ? progress : { ...progress, phase: 'stopped', reason: 'failed' });
  }

  #on(progress: OfflineProgress): void {
    const now = performance.now();
    if (progress.phase === 'keeping') {
      this.news = true;
      if (this.progress?.phase === 'keeping' && now - this.#shownAt < SHOW_INTERVAL) return;
    } else this.#end = undefined;
    if (progress.phase === 'kept') this.#note();
    this.#shownAt = now;
    this.progress = progress;
    this.host.requestUpdate();
  }

  /** What is ready anew is worth a word. */
  #note(): void {
    const told = JSON.stringify(this.#wanted);
    try {
      if (browserStorage()?.getItem(TOLD_KEY) === told) return;
      this.news = true;
      browserStorage()?.setItem(TOLD_KEY, told);
    } catch {
      // Blocked: it is said at each visit.
    }
  }

  readonly #onOnline = (): void => {
    if (this.progress?.reason !== 'no-network' || !this.#wanted) return;
    this.progress = undefined;
    this.start(this.#wanted);
  };
}
