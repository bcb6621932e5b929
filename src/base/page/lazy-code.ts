import type { ReactiveControllerHost } from 'lit';
import { msg } from '@lit/localize';

/** A part of the app whose code is fetched once it is wanted; where that fails it can be tried again. */
export class LazyCode {
  #state: 'waiting' | 'loading' | 'ready' | 'missing' = 'waiting';

  constructor(
    private readonly host: Pick<ReactiveControllerHost, 'requestUpdate'>,
    private readonly fetch: () => Promise<unknown>,
  ) {}

  get state(): 'waiting' | 'loading' | 'ready' | 'missing' {
    return this.#state;
  }

  /** @returns whether the code is there; never throws */
  async load(): Promise<boolean> {
    if (this.#state === 'ready') return true;
    this.#set('loading');
    try {
      await this.fetch();
      this.#set('ready');
    } catch {
      this.#set('missing');
    }
    return this.state === 'ready';
  }

  #set(state: LazyCode['state']): void {
    this.#state = state;
    this.host.requestUpdate();
  }
}

/** What is said of code that could not be fetched: no network, or a new version on the server. */
export function missingCodeText(): string {
  return msg('This part of the app could not be fetched. Check the network; if a new version was published, reload the page.');
}
