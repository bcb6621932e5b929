import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { Workbox } from 'workbox-window';
import { hasServiceWorker, pageBuild, SERVICE_WORKER } from './service-worker';
import { updateOffer } from './update-offer';
import type { ServiceWorkerMessage, ShellState } from '../../../base/shared/offline';

/** A page that stays open looks for a new version when it is seen again, but not more often than this, milliseconds. */
const CHECK_INTERVAL = 3_600_000;

/** A new version that has not taken over by then is loaded with the next visit, milliseconds. */
const TAKE_OVER_TIMEOUT = 5000;

/** Registers the service worker and learns of new versions; loads the page anew only where a person asks for it. */
export class UpdateController implements ReactiveController {
  /** Whether another version is there than the one that this page is of, and was not put off. */
  ready = false;
  /** What was found where kept files of the app are damaged: until a person has read it. */
  damage: ShellState | undefined;
  #workbox: Workbox | undefined;
  #registration: ServiceWorkerRegistration | undefined;
  #asked = false;
  #checkedAt = 0;

  constructor(private readonly host: ReactiveControllerHost) {
    host.addController(this);
  }

  hostConnected(): void {
    document.addEventListener('visibilitychange', this.#onVisibility);
  }

  hostDisconnected(): void {
    document.removeEventListener('visibilitychange', this.#onVisibility);
  }

  /** Registers the service worker; call it once the page has what it needs at once. @returns whether there is one now */
  async start(): Promise<boolean> {
    if (!hasServiceWorker()) return false;
    if (this.#workbox) return this.#registration !== undefined;
    this.#workbox = new Workbox(new URL(SERVICE_WORKER, document.baseURI).href);
    this.#workbox.addEventListener('waiting', () => this.#set(true));
    navigator.serviceWorker.addEventListener('controllerchange', () => void this.#onControl());
    this.#checkedAt = Date.now();
    try {
      this.#registration = await this.#workbox.register({ immediate: true });
    } catch {
      // Blocked, or a certificate that is not trusted: the app works with the network alone.
      return false;
    }
    void this.#onControl();
    return this.#registration !== undefined;
  }

  /**
   * Whether a service worker answers for the app's own small files: settles when it does, or when it could not keep them. The large
   * ones are no use without a network before.
   */
  async answers(): Promise<boolean> {
    const registration = this.#registration;
    if (registration?.active) return true;
    const worker = registration?.installing ?? registration?.waiting;
    if (!registration || !worker) return false;
    return new Promise((resolve) => {
      const look = (): void => {
        if (registration.active) resolve(true);
        else if (worker.state === 'redundant') resolve(false);
      };
      worker.addEventListener('statechange', look);
      look();
    });
  }

  /** Has the kept files of the app looked at, and fetched anew where they are damaged. */
  async mend(): Promise<void> {
    if (!hasServiceWorker()) return;
    const state = await this.#ask<ShellState>({ type: 'mend' });
    if (!state || state.damaged === 0) return;
    this.damage = state;
    this.host.requestUpdate();
  }

  /** Puts the new version off: the settings go on offering it. */
  later(): void {
    this.#set(false);
  }

  /** A person has read what was damaged. */
  read(): void {
    this.damage = undefined;
    this.host.requestUpdate();
  }

  /** Puts the new version in charge and loads the page anew. */
  apply(): void {
    this.#asked = true;
    if (!this.#registration?.waiting) {
      location.reload();
      return;
    }
    this.#workbox?.messageSkipWaiting();
    setTimeout(() => location.reload(), TAKE_OVER_TIMEOUT);
  }

  #set(ready: boolean): void {
    this.ready = ready;
    if (ready) updateOffer.put(() => this.apply());
    this.host.requestUpdate();
  }

  /** A service worker took charge: asked for here, of the first visit, or asked for in another tab. */
  async #onControl(): Promise<void> {
    if (this.#asked) {
      location.reload();
      return;
    }
    const build = await this.#ask<string>({ type: 'build' });
    if (build) navigator.serviceWorker.controller?.postMessage({ type: 'tidy' } satisfies ServiceWorkerMessage);
    if (build && build !== pageBuild()) this.#set(true);
  }

  /** What the service worker says, undefined where none answers for this page. One of another version may never answer. */
  #ask<T>(message: ServiceWorkerMessage): Promise<T | undefined> {
    const worker = navigator.serviceWorker.controller;
    if (!worker) return Promise.resolve(undefined);
    const { port1, port2 } = new MessageChannel();
    return new Promise((resolve) => {
      port1.onmessage = ({ data }: MessageEvent<T>) => {
        port1.close();
        resolve(data);
      };
      worker.postMessage(message, [port2]);
    });
  }

  readonly #onVisibility = (): void => {
    if (document.visibilityState !== 'visible' || Date.now() - this.#checkedAt < CHECK_INTERVAL) return;
    this.#checkedAt = Date.now();
    void this.#registration?.update().catch(() => undefined);
  };
}
