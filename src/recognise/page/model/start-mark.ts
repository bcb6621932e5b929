import { browserStorage } from '../../../base/page/settings';
import { Fault } from '../../../base/shared/fault';

const KEY = 'sightglass.starting';

/**
 * Which kept model is being started, written where the end of the page does not reach it: one whose start ends the page (memory, a fault of
 * the browser) is known by it at the next visit. A page that is left or loaded anew takes its mark away itself.
 */
export class StartMark {
  #id: string | undefined;
  #release: (() => void) | undefined;

  constructor() {
    globalThis.addEventListener?.('pagehide', () => this.end());
  }

  begin(id: string): void {
    this.end();
    this.#id = id;
    try {
      browserStorage()?.setItem(KEY, id);
    } catch {
      // Full: the model is a good one all the same, and one that ends the page is started again.
    }
    // Held as long as this page lives: another page that starts the same model meanwhile has not ended by it.
    void globalThis.navigator.locks?.request(KEY, { mode: 'shared' }, () => new Promise<void>((resolve) => (this.#release = resolve)));
  }

  /** @throws Fault `engine-failed` where the page ended when it started this model the last time */
  async beginUnlessLeft(id: string): Promise<void> {
    if (await this.left(id)) throw new Fault('engine-failed', 'The page ended while this model was being started the last time.');
    this.begin(id);
  }

  /** What was started has an answer, or a fault that is told. */
  end(): void {
    if (this.#id === undefined) return;
    this.#id = undefined;
    this.#release?.();
    this.#release = undefined;
    browserStorage()?.removeItem(KEY);
  }

  /** Whether a page ended while it started this model. */
  async left(id: string): Promise<boolean> {
    if (browserStorage()?.getItem(KEY) !== id) return false;
    const held = (await globalThis.navigator.locks?.query())?.held ?? [];
    return !held.some(({ name }) => name === KEY);
  }

  /** A person wants it started once more. */
  forget(): void {
    browserStorage()?.removeItem(KEY);
  }
}
