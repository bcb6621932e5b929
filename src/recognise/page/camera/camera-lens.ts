/** A camera's zoom, in the camera's own unit (a factor, or per cent on some webcams). */
export interface ZoomRange {
  readonly min: number;
  readonly max: number;
  /** Smallest change, above 0. */
  readonly step: number;
}

/** What a running camera can be told to do. */
export interface LensAbilities {
  /** Undefined where it cannot zoom. */
  readonly zoom: ZoomRange | undefined;
  readonly torch: boolean;
  /** Whether it can focus or expose for a point. */
  readonly point: boolean;
}

/** Parts of W3C MediaStream Image Capture that TypeScript's library lacks (sections 9 to 11). */
interface ImageCaptureCapabilities {
  readonly zoom?: Partial<ZoomRange>;
  /** A boolean in some browsers, the list of possible values in others. */
  readonly torch?: boolean | readonly boolean[];
  readonly focusMode?: readonly string[];
  readonly exposureMode?: readonly string[];
}
interface ImageCaptureSettings {
  zoom?: number;
  torch?: boolean;
  focusMode?: string;
  exposureMode?: string;
  pointsOfInterest?: readonly { readonly x: number; readonly y: number }[];
}

/** Modes that look at a point of interest, the better first: once, or again and again. */
const POINT_MODES = ['single-shot', 'continuous'] as const;

function capabilitiesOf(track: MediaStreamTrack): ImageCaptureCapabilities {
  // Typed as always there, but Firefox brought it late.
  return typeof track.getCapabilities === 'function' ? (track.getCapabilities() as ImageCaptureCapabilities) : {};
}

function zoomOf({ zoom }: ImageCaptureCapabilities): ZoomRange | undefined {
  if (zoom?.min === undefined || zoom.max === undefined || zoom.max <= zoom.min) return undefined;
  return { min: zoom.min, max: zoom.max, step: zoom.step && zoom.step > 0 ? zoom.step : (zoom.max - zoom.min) / 100 };
}

function bestMode(modes: readonly string[] | undefined): string | undefined {
  return POINT_MODES.find((mode) => modes?.includes(mode));
}

/** Zoom, torch and point of a running camera. Changes overtake each other: of several while one is under way only the last is made. */
export class CameraLens {
  readonly abilities: LensAbilities;
  #base: MediaTrackConstraints;
  #settings: ImageCaptureSettings = {};
  #busy = false;
  #waiting: ImageCaptureSettings | undefined;
  #frameRate: number | undefined;
  readonly #focusMode: string | undefined;
  readonly #exposureMode: string | undefined;

  /**
   * @param base what the camera was asked for: to be said again with each change, or a browser may forget it
   * @param onChange called when the camera has taken, or refused, a change
   */
  constructor(
    private readonly track: MediaStreamTrack,
    base: MediaTrackConstraints,
    private readonly onChange: () => void = () => undefined,
  ) {
    this.#base = base;
    const capabilities = capabilitiesOf(track);
    const { torch } = capabilities;
    this.#focusMode = bestMode(capabilities.focusMode);
    this.#exposureMode = bestMode(capabilities.exposureMode);
    const supported = navigator.mediaDevices.getSupportedConstraints() as { pointsOfInterest?: boolean };
    this.abilities = {
      zoom: zoomOf(capabilities),
      torch: typeof torch === 'boolean' ? torch : (torch?.includes(true) ?? false),
      point: supported.pointsOfInterest === true && (this.#focusMode ?? this.#exposureMode) !== undefined,
    };
    const { zoom } = track.getSettings() as ImageCaptureSettings;
    if (this.abilities.zoom) this.#settings.zoom = zoom ?? this.abilities.zoom.min;
  }

  /** In the unit of `abilities.zoom`; undefined where the camera cannot zoom. */
  get zoom(): number | undefined {
    return this.#settings.zoom;
  }

  get torch(): boolean {
    return this.#settings.torch ?? false;
  }

  /** @param value is brought into the camera's range and onto its steps */
  setZoom(value: number): void {
    const range = this.abilities.zoom;
    if (!range) return;
    const steps = Math.round((value - range.min) / range.step);
    const zoom = Math.min(range.max, Math.max(range.min, range.min + steps * range.step));
    if (zoom !== this.zoom) this.#change({ zoom });
  }

  setTorch(on: boolean): void {
    if (this.abilities.torch) this.#change({ torch: on });
  }

  /**
   * Focuses and exposes for a point of the image.
   * @param x 0 at the image's left edge as the camera gives it (not mirrored), 1 at the right
   * @param y 0 at the top, 1 at the bottom
   */
  lookAt(x: number, y: number): void {
    if (!this.abilities.point) return;
    this.#change({
      pointsOfInterest: [{ x, y }],
      ...(this.#focusMode && { focusMode: this.#focusMode }),
      ...(this.#exposureMode && { exposureMode: this.#exposureMode }),
    });
  }

  /** Asks for another frame rate. @param ideal frames a second */
  setFrameRate(ideal: number): void {
    this.#frameRate = ideal;
    if (!this.#busy) void this.#apply();
  }

  #change(change: ImageCaptureSettings): void {
    const { zoom, torch } = change;
    this.#settings = { ...this.#settings, ...(zoom !== undefined && { zoom }), ...(torch !== undefined && { torch }) };
    this.#waiting = { ...this.#waiting, ...change };
    this.onChange();
    if (!this.#busy) void this.#apply();
  }

  async #apply(): Promise<void> {
    this.#busy = true;
    while ((this.#waiting ?? this.#frameRate) !== undefined && this.track.readyState === 'live') {
      try {
        await this.track.applyConstraints(this.#next());
      } catch {
        // Refused (a torch beside a low battery, say): show what really is.
        const { zoom, torch } = this.track.getSettings() as ImageCaptureSettings;
        this.#settings = {
          ...(this.abilities.zoom && { zoom: zoom ?? this.#settings.zoom }),
          ...(torch !== undefined && { torch }),
        };
      }
      this.onChange();
    }
    this.#busy = false;
  }

  /** Chromium takes either the frame rate or the lens, and of the lens the first advanced set only. */
  #next(): MediaTrackConstraints {
    if (this.#frameRate !== undefined) {
      this.#base = { ...this.#base, frameRate: { ideal: this.#frameRate } };
      this.#frameRate = undefined;
      return this.#base;
    }
    // Zoom and torch are said again each time, since new constraints take the place of all old ones.
    const wanted: ImageCaptureSettings = { ...this.#settings, ...this.#waiting };
    this.#waiting = undefined;
    return { ...this.#base, advanced: [wanted as MediaTrackConstraintSet] };
  }
}
