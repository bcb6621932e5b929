import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** Tells each time its element comes into sight, and where that is asked for out of it, while it is in the page. */
export class WhenSeen implements ReactiveController {
  readonly #observer: IntersectionObserver;

  constructor(
    private readonly host: ReactiveControllerHost & Element,
    seen: () => void,
    unseen: () => void = () => undefined,
  ) {
    this.#observer = new IntersectionObserver((entries) => {
      // The last one is how it is now.
      if (entries.at(-1)?.isIntersecting) seen();
      else unseen();
    });
    host.addController(this);
  }

  hostConnected(): void {
    this.#observer.observe(this.host);
  }

  hostDisconnected(): void {
    this.#observer.disconnect();
  }
}
