import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** What keys do. The key is `KeyboardEvent.key` in lower case, `shift+` before it where Shift makes it another; several keys may do the same. */
export type Shortcuts<Action extends string> = Readonly<Record<string, Action>>;

/** Elements that take letters themselves, as a selector. */
export const TYPING = 'input:not([type=button], [type=checkbox], [type=radio], [type=range], [type=submit], [type=reset]), textarea, select, [contenteditable=""], [contenteditable=true]';
/** Elements that arrow keys belong to: sliders, radio buttons, and what a person has put the focus on to scroll or choose in. */
const MOVED = 'input, [tabindex="0"], [role=slider], [role=tablist], [role=radiogroup]';
/** Elements that Space and Enter belong to. */
const PRESSED = 'button, a[href], summary, input, label';

/** The elements that a key was pressed in, the innermost first. */
function pathOf(event: KeyboardEvent): Element[] {
  return event.composedPath().filter((target): target is Element => target instanceof Element);
}

/** Whether the key belongs to what has the focus. */
function isTaken(event: KeyboardEvent): boolean {
  const path = pathOf(event);
  if (path.some((element) => element.matches(TYPING))) return true;
  if (event.key.startsWith('Arrow') && path.some((element) => element.matches(MOVED))) return true;
  return (event.key === ' ' || event.key === 'Enter') && path.some((element) => element.matches(PRESSED));
}

/** What a key does, undefined for nothing: where it belongs to what has the focus, or with modifiers, which are the browser's. */
export function shortcutOf<Action extends string>(shortcuts: Shortcuts<Action>, event: KeyboardEvent): Action | undefined {
  // Shift is part of "?" and "+".
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return undefined;
  const key = event.key.toLowerCase();
  const action = ((event.shiftKey ? shortcuts[`shift+${key}`] : undefined) ?? shortcuts[key]) as Action | undefined;
  if (action === undefined || (event.repeat && event.key.length === 1 && /[a-z ?]/i.test(event.key)) || isTaken(event)) return undefined;
  return action;
}

/** Whether an event came from within a dialog that is open, which has its own keys; a closed one keeps the focus until the next frame. */
export function isInDialog(event: KeyboardEvent): boolean {
  return pathOf(event).some((element) => element instanceof HTMLDialogElement && element.open);
}

/** Calls back for single keys, wherever the focus is but in fields, in dialogs, and with modifiers (those are the browser's). */
export class ShortcutController<Action extends string> implements ReactiveController {
  /**
   * @param shortcuts what each key does
   * @param onAction told of an action. @returns false where it cannot be done now: then the key stays the browser's
   */
  constructor(
    host: ReactiveControllerHost,
    private readonly shortcuts: Shortcuts<Action>,
    private readonly onAction: (action: Action) => boolean,
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    addEventListener('keydown', this.#onKey);
  }

  hostDisconnected(): void {
    removeEventListener('keydown', this.#onKey);
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    const action = shortcutOf(this.shortcuts, event);
    if (action === undefined || isInDialog(event)) return;
    if (this.onAction(action)) event.preventDefault();
  };
}
