import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** How long a notice stays, milliseconds: long enough to be read twice. */
export const NOTICE_MS = 20_000;

/** Owns the time that notices have: one at a time, each for a while, longer only under a pointer or the focus. */
export class NoticeTurn<Id extends string> implements ReactiveController {
  #id: Id | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param over told of a notice whose time is over */
  constructor(
    private readonly host: ReactiveControllerHost & HTMLElement,
    private readonly over: (id: Id) => void,
  ) {
    host.addController(this);
  }

  hostDisconnected(): void {
    this.show(undefined);
  }

  /** Says which notice is shown; undefined for none that takes time of its own. */
  show(id: Id | undefined): void {
    if (id === this.#id) return;
    clearTimeout(this.#timer);
    this.#id = id;
    if (id !== undefined) this.#wait(id);
  }

  #wait(id: Id): void {
    this.#timer = setTimeout(() => {
      // Nobody's answer is taken away while they are about to give it.
      if (this.host.matches(':hover, :focus-within') || document.visibilityState === 'hidden') this.#wait(id);
      else this.over(id);
    }, NOTICE_MS);
  }
}
