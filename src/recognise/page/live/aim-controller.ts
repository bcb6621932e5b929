import type { ReactiveControllerHost } from 'lit';
import type { Aim, Preprocessing } from '../../../engine/index';
import { SharedController } from '../../../base/page/shared-controller';
import {
  type AimedSquare, digitalZoom, fieldOf, type FrameSize, MOST_ZOOM, squareMoved, squareRound, squareZoomed,
} from '../../shared/aim';
import type { CameraLens } from '../camera/camera-lens';
import type { AimAction } from './aim-shortcuts';
import { aimWords } from './aim-words';

/** What an aim is about. */
export interface AimParts {
  /** The stream or the video: with another one the aim is back in the middle. */
  readonly source: unknown;
  readonly lens: CameraLens | undefined;
  /** Whether the image stands still, so that the lens changes nothing of it. */
  readonly frozen: boolean;
  readonly mirrored: boolean;
  readonly preprocessing: Preprocessing;
}

/** Zoom as a factor, whatever the camera's unit. */
export interface ZoomLimits {
  readonly min: number;
  readonly max: number;
}

/** Webcams give their zoom in per cent, phones as a factor: from this on it is per cent. */
const LEAST_PER_CENT = 10;
/** A camera with a zoom of its own is zoomed digitally so many times beyond it, at least. */
const BEYOND_LENS = 2;
/** Nearer to the middle than this is the middle, share of the frame: what rounding leaves. */
const MIDDLE = 1e-6;
/** Zoom of one key press. */
const ZOOM_STEP = 1.15;
/** What an arrow key moves the square by, share of its side; and with Shift. */
const SMALL_STEP = 0.1;
const LARGE_STEP = 0.5;
/** A square that rests for so long is read out, milliseconds: not each place that it passes. */
const REST = 700;

/**
 * Owns where a person has the network look, and the zoom, which is one quantity: the lens's own first, as long as the square is in the
 * middle (elsewhere a lens would carry the thing out of it); beyond its range, and where there is none, a smaller square, round which
 * the shown image is enlarged. No digital zoom is the middle square again.
 */
export class AimController extends SharedController {
  /** Size of the frames; the stage tells. */
  frame: FrameSize = { width: 1, height: 1 };
  /** For the live region: where the network looks, once that has come to rest; '' until it was moved. */
  words = '';
  #square: AimedSquare | undefined;
  #source: unknown;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param parts read when they are needed
   * @param onAim told of each change of what the network is to look at
   */
  constructor(
    owner: ReactiveControllerHost,
    private readonly parts: () => AimParts,
    private readonly onAim: () => void,
  ) {
    super(owner);
  }

  /** Undefined for the middle square as the model's own preprocessing takes it. */
  get square(): AimedSquare | undefined {
    return this.#square;
  }

  /** For a recognition. */
  get aim(): Aim | undefined {
    return this.#square && { x: this.#square.x, y: this.#square.y, side: this.#square.side };
  }

  get zoom(): number {
    return this.#lensZoom * digitalZoom(this.#square, this.#whole);
  }

  get limits(): ZoomLimits {
    const { lens, frozen } = this.parts();
    const range = lens?.abilities.zoom;
    if (!range) return { min: 1, max: MOST_ZOOM };
    const most = range.max / this.#unit;
    return { min: frozen ? this.#lensZoom : range.min / this.#unit, max: Math.max(MOST_ZOOM, BEYOND_LENS * most) };
  }

  override hostDisconnected(): void {
    clearTimeout(this.#timer);
  }

  hostUpdate(): void {
    const { source } = this.parts();
    if (source === this.#source) return;
    this.#source = source;
    this.#square = undefined;
    this.words = '';
    clearTimeout(this.#timer);
  }

  /**
   * Looks at a point, and has the camera focus on it where it can.
   * @param x share of the frame's width, as the camera gives it (not mirrored)
   * @param y share of its height
   */
  lookAt(x: number, y: number): void {
    this.parts().lens?.lookAt(x, y);
    this.#set(squareRound(this.#square, this.#whole, x, y, this.frame));
  }

  /** Begins with a square that was aimed before. */
  startAt({ x, y, side }: Aim): void {
    this.#set({ x, y, side, shown: side });
  }

  /**
   * Moves the square.
   * @param dx share of the frame's width, as the camera gives it (not mirrored)
   * @param dy share of its height
   */
  move(dx: number, dy: number): void {
    this.#set(squareMoved(this.#square, this.#whole, dx, dy, this.frame));
  }

  /** @param zoom is brought within `limits` */
  zoomTo(zoom: number): void {
    const { lens, frozen } = this.parts();
    const { min, max } = this.limits;
    const wanted = Math.min(max, Math.max(min, zoom));
    const range = frozen ? undefined : lens?.abilities.zoom;
    const square = this.#square;
    const inMiddle = !square || Math.hypot(square.x - 0.5, square.y - 0.5) < MIDDLE;
    let digital = wanted / this.#lensZoom;
    if (range && (inMiddle || digital <= 1)) {
      const own = Math.min(wanted, range.max / this.#unit);
      digital = wanted / own;
      lens?.setZoom(own * this.#unit);
    }
    this.#set(squareZoomed(square, this.#whole, digital, this.frame));
  }

  /** Back to the middle square; from there the lens back to its least zoom. @returns false where it is there already */
  reset(): boolean {
    const { min } = this.limits;
    if (this.#square) this.#set(undefined);
    else if (this.zoom > min) this.zoomTo(min);
    else return false;
    return true;
  }

  /** What a key does. @returns false where it does nothing now */
  run(action: AimAction): boolean {
    switch (action) {
      case 'zoom-in':
      case 'zoom-out':
        this.zoomTo(this.zoom * (action === 'zoom-in' ? ZOOM_STEP : 1 / ZOOM_STEP));
        return true;
      case 'aim-middle':
        return this.reset();
      case 'aim-left':
      case 'aim-left-far':
        return this.#step(-1, 0, action === 'aim-left-far');
      case 'aim-right':
      case 'aim-right-far':
        return this.#step(1, 0, action === 'aim-right-far');
      case 'aim-up':
      case 'aim-up-far':
        return this.#step(0, -1, action === 'aim-up-far');
      case 'aim-down':
      case 'aim-down-far':
        return this.#step(0, 1, action === 'aim-down-far');
    }
  }

  /** @param columns as they are seen: mirrored where the image is */
  #step(columns: number, rows: number, far: boolean): boolean {
    const { width, height } = this.frame;
    const step = (this.#square?.side ?? this.#whole) * Math.min(width, height) * (far ? LARGE_STEP : SMALL_STEP);
    this.move((columns * (this.parts().mirrored ? -step : step)) / width, (rows * step) / height);
    return true;
  }

  /** The middle square's side. */
  get #whole(): number {
    const { crop, resize } = this.parts().preprocessing;
    return crop / resize;
  }

  /** What the camera's unit of zoom calls a factor of 1. */
  get #unit(): number {
    return (this.parts().lens?.abilities.zoom?.min ?? 1) >= LEAST_PER_CENT ? 100 : 1;
  }

  get #lensZoom(): number {
    return (this.parts().lens?.zoom ?? this.#unit) / this.#unit;
  }

  #set(square: AimedSquare | undefined): void {
    this.#square = square;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const { x, y } = this.#square ?? { x: 0.5, y: 0.5 };
      this.words = aimWords(fieldOf(this.parts().mirrored ? 1 - x : x, y), this.zoom);
      this.changed();
    }, REST);
    this.changed();
    this.onAim();
  }
}
