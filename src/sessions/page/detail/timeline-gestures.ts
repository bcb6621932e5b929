/** What a person does to a timeline with a pointer; x in CSS pixels from its left edge. */
export interface TimelineGestureTarget {
  pan(pixels: number): void;
  /** @param factor above 1 to look closer */
  zoom(factor: number, x: number): void;
  /** The pointer is drawn over the ruler. */
  scrub(x: number): void;
  /** A press that went nowhere. @param y CSS pixels from the timeline's upper edge */
  tap(x: number, y: number): void;
}

/** Farther than this a press is a drag, pixels. */
const SLOP = 6;

/** One finger or the mouse pans, on the ruler it scrubs; two fingers zoom; the wheel zooms, sideways or with Shift it pans. */
export class TimelineGestures {
  readonly #pointers = new Map<number, number>();
  #mode: 'none' | 'press' | 'pan' | 'scrub' | 'pinch' = 'none';
  #pressedAt = 0;

  constructor(private readonly target: TimelineGestureTarget) {}

  readonly down = (event: PointerEvent): void => {
    if (event.button !== 0 || !(event.currentTarget instanceof HTMLElement)) return;
    const x = this.#x(event);
    this.#pointers.set(event.pointerId, x);
    if (this.#pointers.size === 2) this.#mode = 'pinch';
    else if (this.#onRuler(event)) {
      this.#mode = 'scrub';
      event.currentTarget.setPointerCapture(event.pointerId);
      this.target.scrub(x);
    } else {
      this.#mode = 'press';
      this.#pressedAt = x;
    }
  };

  readonly move = (event: PointerEvent): void => {
    const before = this.#pointers.get(event.pointerId);
    if (before === undefined || !(event.currentTarget instanceof HTMLElement)) return;
    const x = this.#x(event);
    if (this.#mode === 'pinch') {
      const other = [...this.#pointers].find(([id]) => id !== event.pointerId)?.[1] ?? 0;
      const [from, to] = [Math.abs(before - other), Math.abs(x - other)];
      if (from > 10 && to > 10) this.target.zoom(to / from, (x + other) / 2);
      this.target.pan((x - before) / 2);
    } else if (this.#mode === 'scrub') this.target.scrub(x);
    else if (this.#mode === 'press' && Math.abs(x - this.#pressedAt) > SLOP) {
      this.#mode = 'pan';
      // Only now: a captured pointer would take a press from the button under it.
      event.currentTarget.setPointerCapture(event.pointerId);
      this.target.pan(x - this.#pressedAt);
    } else if (this.#mode === 'pan') this.target.pan(x - before);
    this.#pointers.set(event.pointerId, x);
  };

  readonly up = (event: PointerEvent): void => {
    if (!this.#pointers.delete(event.pointerId)) return;
    const onSpan = event.composedPath().some((part) => part instanceof HTMLButtonElement);
    if (this.#mode === 'press' && event.type === 'pointerup' && !onSpan) this.target.tap(this.#x(event), this.#y(event));
    if (this.#pointers.size === 0) this.#mode = 'none';
    // The finger that stays moves on, and zooms no more.
    else if (this.#pointers.size === 1 && this.#mode === 'pinch') this.#mode = 'pan';
  };

  readonly wheel = (event: WheelEvent): void => {
    event.preventDefault();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 30 : 1;
    const sideways = event.shiftKey ? event.deltaX || event.deltaY : event.deltaX;
    if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) this.target.pan(-sideways * lines);
    else this.target.zoom(Math.exp(-event.deltaY * lines * 0.002), this.#x(event));
  };

  #x(event: MouseEvent): number {
    return event.clientX - (event.currentTarget as HTMLElement).getBoundingClientRect().left;
  }

  #y(event: MouseEvent): number {
    return event.clientY - (event.currentTarget as HTMLElement).getBoundingClientRect().top;
  }

  #onRuler(event: Event): boolean {
    return event.composedPath().some((part) => part instanceof HTMLElement && part.classList.contains('ruler'));
  }
}
