import type { ReactiveControllerHost } from 'lit';
import type { Followable } from '../../../base/page/shared-controller';

/** The new version that is there, for whoever offers it: the notice for a while, the settings for as long as the page runs. */
class UpdateOffer implements Followable {
  /** Puts the new version in charge and loads the page anew; undefined where there is none. */
  apply: (() => void) | undefined;
  readonly #hosts = new Set<ReactiveControllerHost>();

  follow(host: ReactiveControllerHost): () => void {
    this.#hosts.add(host);
    return () => this.#hosts.delete(host);
  }

  put(apply: () => void): void {
    this.apply = apply;
    for (const host of this.#hosts) host.requestUpdate();
  }
}

export const updateOffer = new UpdateOffer();
