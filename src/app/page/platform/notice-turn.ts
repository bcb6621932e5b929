import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** How long a notice stays, milliseconds: long enough to be read twice. */
export const NOTICE_MS = 20_000;

/**
 * Owns whose turn it is of the notices there are: one at a time, each for a while, longer only under a pointer or the focus. One whose time is
 * over comes no more in this visit, which answers it in no way.
 */
export class NoticeTurn<Id extends string> implements ReactiveController {
  #id: Id | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #over = new Set<Id>();

  /** @param lasting notices that stay until they are answered */
  constructor(
    private readonly host: ReactiveControllerHost & HTMLElement,
    private readonly lasting: readonly Id[],
  ) {
    host.addController(this);
  }

  hostDisconnected(): void {
    this.of([]);
  }

  /** Says which notices there are, those first that come first. @returns the one to show; undefined for none */
  of(notices: readonly Id[]): Id | undefined {
    const id = notices.find((each) => !this.#over.has(each));
    if (id === this.#id) return id;
    clearTimeout(this.#timer);
    this.#id = id;
    if (id !== undefined && !this.lasting.includes(id)) this.#wait(id);
    return id;
  }

  #wait(id: Id): void {
    this.#timer = setTimeout(() => {
      // Nobody's answer is taken away while they are about to give it.
      if (this.host.matches(':hover, :focus-within') || document.visibilityState === 'hidden') this.#wait(id);
      else {
        this.#over.add(id);
        this.host.requestUpdate();
      }
    }, NOTICE_MS);
  }
}
