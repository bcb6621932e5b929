import type { ReactiveController, ReactiveControllerHost } from 'lit';

interface Point {
  readonly x: number;
  readonly y: number;
}

/** What the gestures are about. */
export interface GestureTarget {
  /** The zoom at present, undefined where there is none. */
  zoom(): number | undefined;
  /** Told of a pinch. @param zoom in the unit of `zoom` */
  onZoom(zoom: number): void;
  /** Told of a tap, in client pixels. */
  onTap(x: number, y: number): void;
}

/** A finger that moved further than this drags, pixels. */
const TAP_DISTANCE = 10;
/** A finger that stays longer than this presses, milliseconds. */
const TAP_TIME = 400;
/** Zoom of one notch of a wheel: e to the power of its pixels over this. Browsers tell of a trackpad's pinch in this way. */
const WHEEL_PIXELS = 300;

/** Tells taps, pinches and a trackpad's pinch on its host; one pointer more than two is left alone. */
export class StageGestures implements ReactiveController {
  readonly #pointers = new Map<number, Point>();
  #tap: { readonly id: number; readonly at: Point; readonly since: number } | undefined;
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
  }

  hostDisconnected(): void {
    this.host.removeEventListener('pointerdown', this.#onDown);
    this.host.removeEventListener('pointermove', this.#onMove);
    this.host.removeEventListener('pointerup', this.#onUp);
    this.host.removeEventListener('pointercancel', this.#onCancel);
    this.host.removeEventListener('wheel', this.#onWheel);
  }

  get #distance(): number {
    const [a, b] = this.#pointers.values();
    return Math.hypot(a.x - b.x, a.y - b.y);
  }

  readonly #onDown = (event: PointerEvent): void => {
    if (event.pointerType === 'mouse' && event.button !== 0) return;
    // What lies over the image has its own use of a pointer.
    if (!this.#onImage(event)) return;
    // Fingers are captured by themselves.
    if (event.pointerType === 'mouse') this.host.setPointerCapture(event.pointerId);
    this.#pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    const zoom = this.target.zoom();
    this.#tap = this.#pointers.size === 1 ? { id: event.pointerId, at: { x: event.clientX, y: event.clientY }, since: event.timeStamp } : undefined;
    this.#pinch = this.#pointers.size === 2 && zoom !== undefined ? { distance: Math.max(1, this.#distance), zoom } : undefined;
  };

  readonly #onMove = (event: PointerEvent): void => {
    if (!this.#pointers.has(event.pointerId)) return;
    this.#pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (this.#pinch) this.target.onZoom((this.#pinch.zoom * this.#distance) / this.#pinch.distance);
    if (this.#tap && Math.hypot(event.clientX - this.#tap.at.x, event.clientY - this.#tap.at.y) > TAP_DISTANCE) this.#tap = undefined;
  };

  readonly #onUp = (event: PointerEvent): void => {
    const tap = this.#tap;
    this.#onCancel(event);
    if (tap?.id === event.pointerId && event.timeStamp - tap.since <= TAP_TIME) this.target.onTap(event.clientX, event.clientY);
  };

  readonly #onCancel = (event: PointerEvent): void => {
    this.#pointers.delete(event.pointerId);
    this.#tap = undefined;
    this.#pinch = undefined;
  };

  readonly #onWheel = (event: WheelEvent): void => {
    const zoom = this.target.zoom();
    if (!event.ctrlKey || zoom === undefined) return;
    event.preventDefault();
    this.target.onZoom(zoom * Math.exp(-event.deltaY / WHEEL_PIXELS));
  };

  /** Whether the event began on the host's own image, not on something slotted over it. */
  #onImage(event: Event): boolean {
    const [first] = event.composedPath();
    return first === this.host || (first instanceof Node && first.getRootNode() === this.host.shadowRoot);
  }
}
