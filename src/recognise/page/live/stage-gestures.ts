import type { ReactiveController, ReactiveControllerHost } from 'lit';

interface Point {
  readonly x: number;
  readonly y: number;
}

/** What the gestures are about. All places and ways are in client pixels. */
export interface GestureTarget {
  /** The zoom at present, undefined where there is nothing to zoom. */
  zoom(): number | undefined;
  /** Whether the page under the image can be scrolled: then a plain wheel is the page's. */
  scrolls(): boolean;
  /** Told of a pinch, a wheel. @param zoom in the unit of `zoom` */
  onZoom(zoom: number): void;
  onTap(x: number, y: number): void;
  /** Told of the second of two taps on the same place; the first one was told of as a tap. */
  onDoubleTap(): void;
  /** Told of each part of a drag of one pointer. */
  onDrag(dx: number, dy: number): void;
}

/** A finger that moved further than this drags, pixels. */
const TAP_DISTANCE = 10;
/** A finger that stays longer than this presses, milliseconds. */
const TAP_TIME = 400;
/** Two taps nearer than this in time and place are a double one, milliseconds and pixels: Android's 300 ms, and a fingertip. */
const DOUBLE_TIME = 300;
const DOUBLE_DISTANCE = 30;
/** Zoom of a trackpad's pinch, which browsers tell of as a wheel with Ctrl: e to the power of its pixels over this. */
const PINCH_PIXELS = 300;
/** Zoom of a wheel, whose notches are of some hundred pixels. */
const WHEEL_PIXELS = 600;
/** Pixels of a line, where a wheel counts in lines (Firefox). */
const LINE_PIXELS = 16;

/** Tells taps, drags, pinches and wheels on its host; one pointer more than two is left alone. */
export class StageGestures implements ReactiveController {
  readonly #pointers = new Map<number, Point>();
  #tap: { readonly id: number; readonly at: Point; readonly since: number } | undefined;
  #lastTap: { readonly at: Point; readonly time: number } | undefined;
  #pinch: { readonly distance: number; readonly zoom: number } | undefined;

  constructor(
    private readonly host: ReactiveControllerHost & HTMLElement,
    private readonly target: GestureTarget,
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    this.host.addEventListener('pointerdown', this.#onDown);
    this.host.addEventListener('pointermove', this.#onMove);
    this.host.addEventListener('pointerup', this.#onUp);
    this.host.addEventListener('pointercancel', this.#onCancel);
    this.host.addEventListener('wheel', this.#onWheel, { passive: false });
    window.addEventListener('pointerdown', this.#onElsewhere, true);
    window.addEventListener('keydown', this.#onElsewhere, true);
  }

  hostDisconnected(): void {
    this.host.removeEventListener('pointerdown', this.#onDown);
    this.host.removeEventListener('pointermove', this.#onMove);
    this.host.removeEventListener('pointerup', this.#onUp);
    this.host.removeEventListener('pointercancel', this.#onCancel);
    this.host.removeEventListener('wheel', this.#onWheel);
    window.removeEventListener('pointerdown', this.#onElsewhere, true);
    window.removeEventListener('keydown', this.#onElsewhere, true);
  }

  get #distance(): number {
    const [a, b] = this.#pointers.values();
    return Math.hypot(a.x - b.x, a.y - b.y);
  }

  /** What is done between two taps (a button, a key) parts them. */
  readonly #onElsewhere = (event: Event): void => {
    if (event instanceof KeyboardEvent || !this.#onImage(event)) this.#lastTap = undefined;
  };

  readonly #onDown = (event: PointerEvent): void => {
    if (event.pointerType === 'mouse' && event.button !== 0) return;
    // What lies over the image has its own use of a pointer.
    if (!this.#onImage(event)) return;
    // Fingers are captured by themselves.
    if (event.pointerType === 'mouse') this.host.setPointerCapture(event.pointerId);
    const at = { x: event.clientX, y: event.clientY };
    this.#pointers.set(event.pointerId, at);
    const zoom = this.target.zoom();
    this.#tap = this.#pointers.size === 1 ? { id: event.pointerId, at, since: event.timeStamp } : undefined;
    this.#pinch = this.#pointers.size === 2 && zoom !== undefined ? { distance: Math.max(1, this.#distance), zoom } : undefined;
  };

  readonly #onMove = (event: PointerEvent): void => {
    const before = this.#pointers.get(event.pointerId);
    if (!before) return;
    const at = { x: event.clientX, y: event.clientY };
    // Until it is a drag, its start stays: none of the way is lost.
    if (this.#tap && Math.hypot(at.x - this.#tap.at.x, at.y - this.#tap.at.y) <= TAP_DISTANCE) return;
    this.#tap = undefined;
    this.#pointers.set(event.pointerId, at);
    if (this.#pinch) this.target.onZoom((this.#pinch.zoom * this.#distance) / this.#pinch.distance);
    else if (this.#pointers.size === 1) this.target.onDrag(at.x - before.x, at.y - before.y);
  };

  readonly #onUp = (event: PointerEvent): void => {
    const tap = this.#tap;
    this.#onCancel(event);
    if (tap?.id !== event.pointerId || event.timeStamp - tap.since > TAP_TIME) return;
    const last = this.#lastTap;
    const at = { x: event.clientX, y: event.clientY };
    if (last && event.timeStamp - last.time <= DOUBLE_TIME && Math.hypot(at.x - last.at.x, at.y - last.at.y) <= DOUBLE_DISTANCE) {
      this.#lastTap = undefined;
      this.target.onDoubleTap();
    } else {
      this.#lastTap = { at, time: event.timeStamp };
      this.target.onTap(at.x, at.y);
    }
  };

  readonly #onCancel = (event: PointerEvent): void => {
    this.#pointers.delete(event.pointerId);
    this.#tap = undefined;
    this.#pinch = undefined;
  };

  readonly #onWheel = (event: WheelEvent): void => {
    const zoom = this.target.zoom();
    if (zoom === undefined || !this.#onImage(event) || (!event.ctrlKey && this.target.scrolls())) return;
    event.preventDefault();
    const pixels = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * LINE_PIXELS : event.deltaY;
    this.target.onZoom(zoom * Math.exp(-pixels / (event.ctrlKey ? PINCH_PIXELS : WHEEL_PIXELS)));
  };

  /** Whether the event began on the host's own image, not on something slotted over it. */
  #onImage(event: Event): boolean {
    const [first] = event.composedPath();
    return first === this.host || (first instanceof Node && first.getRootNode() === this.host.shadowRoot);
  }
}
