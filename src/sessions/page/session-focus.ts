import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { SessionList } from './library/session-list';

/** An element whose own tree is looked into. */
type Host = ReactiveControllerHost & { readonly renderRoot: ParentNode };

/** Whether what had the focus is gone, so that it may be put where one goes on. */
const isLost = (): boolean => document.activeElement === document.body;

/** Puts the focus on the name of a session that was opened: keys are the player's there. */
export class OpenedFocus implements ReactiveController {
  #met: Element | undefined;

  constructor(private readonly host: Host) {
    host.addController(this);
  }

  hostUpdated(): void {
    const name = this.host.renderRoot.querySelector<HTMLElement>('h2[tabindex]') ?? undefined;
    if (name && name !== this.#met && isLost()) name.focus({ preventScroll: true });
    this.#met = name;
  }
}

/** Puts the focus on the card of the session that one comes back from. */
export class ClosedFocus implements ReactiveController {
  #shown: string | undefined;

  /** @param open gives the session that is open; undefined for the list of all */
  constructor(
    private readonly host: Host,
    private readonly open: () => string | undefined,
  ) {
    host.addController(this);
  }

  hostUpdated(): void {
    const before = this.#shown;
    this.#shown = this.open();
    if (before === undefined || this.#shown !== undefined || !isLost()) return;
    void this.host.renderRoot.querySelector<SessionList>('sg-session-list')?.focusSession(before);
  }
}
