import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { browserStorage } from '../../../base/page/settings';

/** Chromium's event for apps that can be installed (W3C manifest incubations); missing from TypeScript's own types. */
interface BeforeInstallPromptEvent extends Event {
  prompt(): Promise<unknown>;
}

const KEY = 'sightglass.install';

let offer: BeforeInstallPromptEvent | undefined;
const hosts = new Set<ReactiveControllerHost>();

function changed(): void {
  for (const host of hosts) host.requestUpdate();
}

/** Keeps the browser's own banner back, and its offer for when it suits. Call it first of all: the event comes once. */
export function holdInstallOffer(): void {
  addEventListener('beforeinstallprompt', (event) => {
    event.preventDefault();
    offer = event as BeforeInstallPromptEvent;
    changed();
  });
  addEventListener('appinstalled', () => {
    offer = undefined;
    changed();
  });
}

/** Whether this is Safari on iOS in a tab: there a person adds the app through the share menu, and no page can ask. */
export function installsByShareMenu(): boolean {
  return (navigator as Navigator & { standalone?: boolean }).standalone === false;
}

/** Whether the app can be installed, and whether a person has answered already. */
export class InstallController implements ReactiveController {
  #asked = browserStorage()?.getItem(KEY) === 'asked';

  constructor(private readonly host: ReactiveControllerHost) {
    host.addController(this);
  }

  hostConnected(): void {
    hosts.add(this.host);
  }

  hostDisconnected(): void {
    hosts.delete(this.host);
  }

  get possible(): boolean {
    return offer !== undefined;
  }

  /** Whether a person may be asked unbidden: until they have answered. */
  get mayAsk(): boolean {
    return this.possible && !this.#asked;
  }

  /** Asks no more unbidden. */
  dismiss(): void {
    this.#asked = true;
    try {
      browserStorage()?.setItem(KEY, 'asked');
    } catch {
      // Full or blocked: not again in this visit.
    }
    this.host.requestUpdate();
  }

  /** Shows the browser's own question; needs a person's press. */
  async install(): Promise<void> {
    const event = offer;
    offer = undefined;
    this.dismiss();
    changed();
    await event?.prompt().catch(() => undefined);
  }
}
