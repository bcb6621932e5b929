import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** Tells each time its element comes into sight, while it is in the page. */
export class WhenSeen implements ReactiveController {
  readonly #observer: IntersectionObserver;

  constructor(
    private readonly host: ReactiveControllerHost & Element,
    seen: () => void,
  ) {
    this.#observer = new IntersectionObserver((entries) => {
      if (entries.some(({ isIntersecting }) => isIntersecting)) seen();
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
