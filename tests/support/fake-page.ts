// What the page's controllers reach of a browser, for tests in Node: an element that owns them, the document, cameras, a video.
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { vi } from 'vitest';

/** An element of Lit's as a controller sees it: an update follows its request in a microtask. */
export class FakeHost implements ReactiveControllerHost {
  /** Updates so far. */
  updates = 0;
  updateComplete = Promise.resolve(true);
  readonly #controllers: ReactiveController[] = [];
  #pending = false;

  addController(controller: ReactiveController): void {
    this.#controllers.push(controller);
  }

  removeController(controller: ReactiveController): void {
    this.#controllers.splice(this.#controllers.indexOf(controller), 1);
  }

  requestUpdate(): void {
    if (this.#pending) return;
    this.#pending = true;
    this.updateComplete = Promise.resolve().then(() => {
      this.#pending = false;
      for (const controller of this.#controllers) controller.hostUpdate?.();
      this.updates++;
      for (const controller of this.#controllers) controller.hostUpdated?.();
      return true;
    });
  }

  connect(): void {
    for (const controller of this.#controllers) controller.hostConnected?.();
  }

  disconnect(): void {
    for (const controller of this.#controllers) controller.hostDisconnected?.();
  }
}

/**
 * Waits until something is so, letting everything else run.
 * @throws Error where it is not so for ten seconds
 */
export async function until(isSo: () => boolean): Promise<void> {
  const end = Date.now() + 10_000;
  while (!isSo()) {
    if (Date.now() > end) throw new Error(`Was never so: ${isSo.toString()}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Lets run what waits for no timer: promises, messages of ports, microtasks. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 8; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** A promise that the test settles. */
export class Later<T> {
  resolve!: (value: T) => void;
  reject!: (error: unknown) => void;
  readonly promise = new Promise<T>((resolve, reject) => {
    this.resolve = resolve;
    this.reject = reject;
  });
}

/** The document and the window of a page that can be hidden. */
export class FakePage extends EventTarget {
  visibilityState: DocumentVisibilityState = 'visible';
  readonly window = new EventTarget();
  /** Video elements that were made, the last one last. */
  readonly videos: FakeVideo[] = [];
  /** What becomes of a file in the video elements that are made. */
  playable = true;

  /** Puts both in the place of the globals; `vi.unstubAllGlobals` takes them away. */
  constructor() {
    super();
    const { window } = this;
    vi.stubGlobal('document', this);
    vi.stubGlobal('window', Object.assign(window, { isSecureContext: true }));
    vi.stubGlobal('addEventListener', window.addEventListener.bind(window));
    vi.stubGlobal('removeEventListener', window.removeEventListener.bind(window));
  }

  show(visible: boolean): void {
    this.visibilityState = visible ? 'visible' : 'hidden';
    this.dispatchEvent(new Event('visibilitychange'));
  }

  /** Whether the page asks before it is left. */
  get asksBeforeItIsLeft(): boolean {
    return !this.window.dispatchEvent(new Event('beforeunload', { cancelable: true }));
  }

  createElement(name: string): FakeVideo {
    if (name !== 'video') throw new Error(`No test needs <${name}>.`);
    const video = new FakeVideo();
    if (!this.playable) video.error = { code: 4, message: 'no decoder' };
    this.videos.push(video);
    return video;
  }
}

/** A video element: it has its data, or its error, as soon as it is given a source. */
export class FakeVideo extends EventTarget {
  muted = false;
  preload = '';
  paused = true;
  ended = false;
  currentTime = 0;
  readyState = 4;
  videoWidth = 640;
  videoHeight = 480;
  error: { readonly code: number; readonly message: string } | null = null;
  #source: string | undefined;

  get src(): string {
    return this.#source ?? '';
  }

  set src(source: string) {
    this.#source = source;
    queueMicrotask(() => this.dispatchEvent(new Event(this.error ? 'error' : 'loadeddata')));
  }

  removeAttribute(): void {
    this.#source = undefined;
  }

  load(): void {
    this.paused = true;
  }

  play(): Promise<void> {
    this.paused = false;
    this.dispatchEvent(new Event('play'));
    return Promise.resolve();
  }

  pause(): void {
    if (this.paused) return;
    this.paused = true;
    this.dispatchEvent(new Event('pause'));
  }

  /** What this stands for. */
  get element(): HTMLVideoElement {
    return this as unknown as HTMLVideoElement;
  }
}

/** A camera's or a screen's track. */
export class FakeTrack extends EventTarget {
  readyState: MediaStreamTrackState = 'live';
  muted = false;
  /** What was asked of it once it ran. */
  readonly applied: MediaTrackConstraints[] = [];

  constructor(readonly settings: MediaTrackSettings) {
    super();
  }

  getSettings(): MediaTrackSettings {
    return this.settings;
  }

  getCapabilities(): MediaTrackCapabilities {
    return {};
  }

  applyConstraints(constraints: MediaTrackConstraints): Promise<void> {
    this.applied.push(constraints);
    return Promise.resolve();
  }

  stop(): void {
    this.readyState = 'ended';
  }

  /** The system or another program keeps the images back, or gives them again. */
  mute(muted: boolean): void {
    this.muted = muted;
    this.dispatchEvent(new Event(muted ? 'mute' : 'unmute'));
  }

  /** Unplugged, taken away, or the browser's own button: unlike `stop` this is told. */
  end(): void {
    this.stop();
    this.dispatchEvent(new Event('ended'));
  }
}

/** A stream of one track. */
export class FakeStream {
  constructor(readonly track: FakeTrack) {}

  getTracks(): FakeTrack[] {
    return [this.track];
  }

  getVideoTracks(): FakeTrack[] {
    return [this.track];
  }

  /** What this stands for. */
  get stream(): MediaStream {
    return this as unknown as MediaStream;
  }
}

/** Cameras of a phone, of which one can run at a time, and a screen to share. */
export class FakeDevices extends EventTarget {
  /** Answers to `getUserMedia` that the test gives itself, in order of the calls; without any they come at once. */
  readonly answers: Later<void>[] = [];
  readonly screens: Later<FakeStream>[] = [];
  /** All tracks that were given out. */
  readonly tracks: FakeTrack[] = [];
  /** Name of the exception that the next calls end with. */
  refusal = '';
  cameras = [
    { kind: 'videoinput', deviceId: 'front', facing: 'user' },
    { kind: 'videoinput', deviceId: 'back', facing: 'environment' },
  ];

  get live(): FakeTrack[] {
    return this.tracks.filter((track) => track.readyState === 'live');
  }

  async getUserMedia({ video }: { video: MediaTrackConstraints }): Promise<FakeStream> {
    await this.answers.shift()?.promise;
    if (this.refusal) throw Object.assign(new Error('refused'), { name: this.refusal });
    if (this.live.length > 0) throw Object.assign(new Error('in use'), { name: 'NotReadableError' });
    const { deviceId, facingMode } = video as { deviceId?: { exact?: string }; facingMode?: { exact?: string } };
    const found = this.cameras.find((c) => (deviceId?.exact ? c.deviceId === deviceId.exact : c.facing === facingMode?.exact));
    const { deviceId: id, facing } = found ?? this.cameras[0];
    return this.give({ deviceId: id, ...(facing && { facingMode: facing }) });
  }

  getDisplayMedia(): Promise<FakeStream> {
    const screen = new Later<FakeStream>();
    this.screens.push(screen);
    return screen.promise;
  }

  /** How often the cameras were listed. */
  listed = 0;
  /** Whether the browser refuses to list them. */
  unlisted = false;

  enumerateDevices(): Promise<object[]> {
    this.listed++;
    if (this.unlisted) return Promise.reject(new Error('no list'));
    return Promise.resolve([...this.cameras, { kind: 'audioinput', deviceId: 'microphone' }]);
  }

  getSupportedConstraints(): object {
    return {};
  }

  give(settings: MediaTrackSettings): FakeStream {
    const track = new FakeTrack(settings);
    this.tracks.push(track);
    return new FakeStream(track);
  }
}
