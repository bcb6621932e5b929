import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { SettingsStore } from './settings';

/** Updates its host whenever a setting changes. */
export class SettingsFollower implements ReactiveController {
  #followed: SettingsStore | undefined;
  #end: () => void = () => undefined;

  /** @param store gives the settings, read before each update of the host: they may come as a property */
  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly store: () => SettingsStore | undefined,
  ) {
    host.addController(this);
  }

  hostUpdate(): void {
    const store = this.store();
    if (store === this.#followed) return;
    this.hostDisconnected();
    this.#followed = store;
    this.#end = store?.subscribe(() => this.host.requestUpdate()) ?? (() => undefined);
  }

  hostConnected(): void {
    this.host.requestUpdate();
  }

  hostDisconnected(): void {
    this.#end();
    this.#end = () => undefined;
    this.#followed = undefined;
  }
}
