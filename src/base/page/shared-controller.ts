import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** A controller that one element owns and others follow: all of them are updated when it changes. */
export abstract class SharedController implements ReactiveController {
  readonly #hosts = new Set<ReactiveControllerHost>();

  /** @param owner the element whose life it shares */
  constructor(owner: ReactiveControllerHost) {
    this.#hosts.add(owner);
    owner.addController(this);
  }

  /** Begins to update another element as well; @returns a function that ends it */
  follow(host: ReactiveControllerHost): () => void {
    this.#hosts.add(host);
    return () => this.#hosts.delete(host);
  }

  hostDisconnected?(): void;

  protected changed(): void {
    for (const host of this.#hosts) host.requestUpdate();
  }
}

/** Updates its host whenever one of the shared controllers, which it was given as properties, changes. */
export class Follower implements ReactiveController {
  #followed: readonly SharedController[] = [];
  #ends: (() => void)[] = [];

  /** @param followed gives the controllers, read before each update of the host */
  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly followed: () => readonly SharedController[],
  ) {
    host.addController(this);
  }

  hostUpdate(): void {
    const now = this.followed();
    if (now.length === this.#followed.length && now.every((c, i) => c === this.#followed[i])) return;
    this.hostDisconnected();
    this.#followed = now;
    this.#ends = now.map((controller) => controller.follow(this.host));
  }

  hostConnected(): void {
    this.host.requestUpdate();
  }

  hostDisconnected(): void {
    for (const end of this.#ends) end();
    this.#ends = [];
    this.#followed = [];
  }
}
