import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** A finger that rests for so long wants to know what it is on, milliseconds. */
const LONG_MS = 450;

/**
 * Owns the long press of a finger on an element's buttons: while one is held, its class is `held`, so that its style can show its name, and
 * letting go of it does nothing else.
 */
export class LongPressController implements ReactiveController {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #held: HTMLElement | undefined;
  #spent = false;

  /** @param mayBeHeld whether a long press on this button is one; else it is a press like any other */
  constructor(
    private readonly host: ReactiveControllerHost & HTMLElement,
    private readonly mayBeHeld: (button: HTMLButtonElement) => boolean,
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    this.host.addEventListener('pointerdown', this.#onDown);
    for (const type of ['pointerup', 'pointerleave'] as const) this.host.addEventListener(type, this.#onEnd);
    for (const type of ['pointercancel', 'keydown'] as const) this.host.addEventListener(type, this.#onNoClick);
    this.host.addEventListener('click', this.#onClick, { capture: true });
    this.host.addEventListener('contextmenu', this.#onMenu);
  }

  hostDisconnected(): void {
    this.#let();
    this.host.removeEventListener('pointerdown', this.#onDown);
    for (const type of ['pointerup', 'pointerleave'] as const) this.host.removeEventListener(type, this.#onEnd);
    for (const type of ['pointercancel', 'keydown'] as const) this.host.removeEventListener(type, this.#onNoClick);
    this.host.removeEventListener('click', this.#onClick, { capture: true });
    this.host.removeEventListener('contextmenu', this.#onMenu);
  }

  #let(): void {
    clearTimeout(this.#timer);
    this.#held?.classList.remove('held');
    this.#held = undefined;
  }

  readonly #onDown = (event: PointerEvent): void => {
    this.#let();
    this.#spent = false;
    if (event.pointerType === 'mouse') return;
    const button = event.composedPath().find((target): target is HTMLButtonElement => target instanceof HTMLButtonElement);
    if (!button || !this.mayBeHeld(button)) return;
    this.#timer = setTimeout(() => {
      this.#spent = true;
      this.#held = button;
      button.classList.add('held');
    }, LONG_MS);
  };

  readonly #onEnd = (): void => this.#let();

  /** The click that ended the press will not come any more: the next one is another. */
  readonly #onNoClick = (): void => {
    this.#let();
    this.#spent = false;
  };

  /** The click that ends a long press is no press. */
  readonly #onClick = (event: Event): void => {
    if (!this.#spent) return;
    this.#spent = false;
    event.stopPropagation();
    event.preventDefault();
  };

  readonly #onMenu = (event: Event): void => {
    if (this.#held) event.preventDefault();
  };
}
