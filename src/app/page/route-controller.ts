import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** Follows the part of the address behind `#`, so that the views have addresses and the back button works. */
export class RouteController<Id extends string> implements ReactiveController {
  /** @param ids what may stand there; the first is taken for anything else */
  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly ids: readonly [Id, ...Id[]],
  ) {
    host.addController(this);
  }

  get current(): Id {
    const name = location.hash.slice(1).split('/', 1)[0];
    return this.ids.find((id) => id === name) ?? this.ids[0];
  }

  go(id: Id): void {
    location.hash = id;
    // At once, not with the event: what is opened next may be within that view.
    this.host.requestUpdate();
  }

  hostConnected(): void {
    addEventListener('hashchange', this.#onChange);
  }

  hostDisconnected(): void {
    removeEventListener('hashchange', this.#onChange);
  }

  readonly #onChange = (): void => this.host.requestUpdate();
}
