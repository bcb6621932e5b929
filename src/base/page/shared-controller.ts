import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** What updates elements whenever it changes. */
export interface Followable {
  /** Begins to update an element; @returns a function that ends it */
  follow(host: ReactiveControllerHost): () => void;
}

/** A controller that one element owns and others follow: all of them are updated when it changes. */
export abstract class SharedController implements ReactiveController, Followable {
  readonly #hosts = new Set<ReactiveControllerHost>();

  /** @param owner the element whose life it shares */
  constructor(owner: ReactiveControllerHost) {
    this.#hosts.add(owner);
    owner.addController(this);
  }

  follow(host: ReactiveControllerHost): () => void {
    this.#hosts.add(host);
    return () => this.#hosts.delete(host);
  }

  hostDisconnected?(): void;

  protected changed(): void {
    for (const host of this.#hosts) host.requestUpdate();
  }
}

/** Updates its host whenever something changes that it was given as a property: a shared controller, the settings. */
export class Follower implements ReactiveController {
  #followed: readonly Followable[] = [];
  #ends: (() => void)[] = [];

  /** @param followed gives what is followed, read before each update of the host; undefined for what is not there yet */
  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly followed: () => readonly (Followable | undefined)[],
  ) {
    host.addController(this);
  }

  hostUpdate(): void {
    const now = this.followed().filter((one) => one !== undefined);
    if (now.length === this.#followed.length && now.every((one, i) => one === this.#followed[i])) return;
    this.hostDisconnected();
    this.#followed = now;
    this.#ends = now.map((one) => one.follow(this.host));
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
