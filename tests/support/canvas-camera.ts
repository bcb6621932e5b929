import type { Page } from 'playwright-core';

/** A camera that the page gets in place of a real one. */
export interface CanvasCamera {
  readonly deviceId: string;
  readonly label: string;
  readonly facingMode?: 'user' | 'environment';
  /** What `getCapabilities` gives, the lens's part. */
  readonly capabilities?: Readonly<Record<string, unknown>>;
}

/** A rectangle in the camera's pixels. */
export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What a test says to the cameras, and what they were told; `globalThis.canvasCameras` in the page. */
interface CanvasCameras {
  /** Size of the images: swap them and the phone was turned. */
  width: number;
  height: number;
  /** Painted green on black; nothing where undefined. */
  rectangle: Rectangle | undefined;
  /** Each applyConstraints' first advanced set. */
  readonly applied: Record<string, unknown>[];
  /** Whether it gives no frames, as one whose driver hangs. */
  still: boolean;
  /** Id of a camera that does not answer until `answer` is called. */
  silentId: string | undefined;
  /** Has the cameras answer that were held back. */
  answer: () => void;
  /** All tracks that were given out. */
  readonly tracks: MediaStreamTrack[];
  /** The camera that runs. */
  track: MediaStreamTrack | undefined;
}

/** Puts cameras that a test paints in place of the browser's: real streams of a canvas, with settings that no fake device has. */
export async function withCanvasCameras(page: Page, cameras: readonly CanvasCamera[]): Promise<void> {
  await page.addInitScript((list: readonly CanvasCamera[]) => {
    const state: CanvasCameras = { width: 640, height: 480, rectangle: undefined, applied: [], track: undefined, still: false, silentId: undefined, answer: () => undefined, tracks: [] };
    Object.assign(globalThis, { canvasCameras: state });
    const devices = list.map(({ deviceId, label }) => ({ deviceId, label, kind: 'videoinput' as const, groupId: '', toJSON: () => '' }));
    navigator.mediaDevices.enumerateDevices = () => Promise.resolve(devices);
    navigator.mediaDevices.getUserMedia = async (constraints) => {
      const video = constraints?.video as MediaTrackConstraints;
      const { exact: id } = (video.deviceId ?? {}) as ConstrainDOMStringParameters;
      const { exact: facing } = (video.facingMode ?? {}) as ConstrainDOMStringParameters;
      const camera = list.find((c) => (id === undefined ? c.facingMode === facing : c.deviceId === id));
      if (!camera) throw new DOMException('no such camera', 'OverconstrainedError');
      if (camera.deviceId === state.silentId) await new Promise<void>((resolve) => (state.answer = resolve));
      const canvas = document.createElement('canvas');
      const context = canvas.getContext('2d', { willReadFrequently: true })!;
      let count = 0;
      const paint = (): void => {
        if (state.still) return;
        if (canvas.width !== state.width) canvas.width = state.width;
        if (canvas.height !== state.height) canvas.height = state.height;
        context.fillStyle = '#000';
        context.fillRect(0, 0, canvas.width, canvas.height);
        context.fillStyle = '#0f0';
        const r = state.rectangle;
        if (r) context.fillRect(r.x, r.y, r.width, r.height);
        // A canvas that does not change gives no frames.
        context.fillStyle = count++ % 2 ? '#001' : '#100';
        context.fillRect(0, 0, 1, 1);
      };
      paint();
      const stream = canvas.captureStream(20);
      const [track] = stream.getVideoTracks();
      const timer = setInterval(() => (track.readyState === 'live' ? paint() : clearInterval(timer)), 50);
      const settings: Record<string, unknown> = { deviceId: camera.deviceId, facingMode: camera.facingMode };
      track.getSettings = () => settings;
      track.getCapabilities = () => (camera.capabilities ?? {});
      track.applyConstraints = (wanted) => {
        const set = (wanted?.advanced?.[0] ?? {}) as Record<string, unknown>;
        state.applied.push(set);
        Object.assign(settings, set);
        return Promise.resolve();
      };
      state.track = track;
      state.tracks.push(track);
      return stream;
    };
  }, cameras);
}

declare global {
  // A `var` is what makes a property of globalThis.
  var canvasCameras: CanvasCameras;
}
