import { Fault } from '../../../base/shared/fault';

/** Which camera, and how large an image is wished for. */
export interface CameraRequest {
  /** Empty for the browser's choice. */
  readonly deviceId: string;
  /** Used where no device is named. */
  readonly facing: 'user' | 'environment';
  /** Wished width and height, pixels; the camera gives the nearest it can. */
  readonly width: number;
  readonly height: number;
}

export const DEFAULT_REQUEST: CameraRequest = { deviceId: '', facing: 'environment', width: 1280, height: 720 };

/** For devices with little memory: a third of the pixels, and still twice what the network sees. */
export const SMALL_IMAGE = { width: 640, height: 480 } as const;

/** Frames a second that are wished for. */
export const FRAME_RATE = 30;

/** Size and rate that are asked of a camera, whichever it is. */
export function wishes(request: Pick<CameraRequest, 'width' | 'height'>): MediaTrackConstraints {
  return { width: { ideal: request.width }, height: { ideal: request.height }, frameRate: { ideal: FRAME_RATE } };
}

/** One way to ask. */
interface Attempt {
  readonly video: MediaTrackConstraints | true;
  /** Whether it asks for a camera that zooms, which Chromium has a permission of its own for. */
  readonly zoom: boolean;
}

/**
 * From most to least wanted. The first one is exact, as of mere wishes the zoom weighs as much as the camera itself; not
 * all are, since exact ones fail where a camera is gone or odd.
 */
function attempts({ deviceId, facing, ...request }: CameraRequest): Attempt[] {
  const size = wishes(request);
  // Chromium lets a page zoom only where it asked for that here; not in TypeScript's library.
  const zoom = { zoom: true } as MediaTrackConstraints;
  const exact = deviceId ? { deviceId: { exact: deviceId } } : { facingMode: { exact: facing } };
  const wish = { facingMode: { ideal: facing }, ...(deviceId && { deviceId: { ideal: deviceId } }) };
  return [
    { video: { ...exact, ...size, ...zoom }, zoom: true },
    { video: { ...wish, ...size, ...zoom }, zoom: true },
    { video: { ...wish, ...size }, zoom: false },
    { video: wish, zoom: false },
    { video: true, zoom: false },
  ];
}

/** Whether cameras are allowed already: then a refusal was of zooming only. */
async function cameraAllowed(): Promise<boolean> {
  try {
    return (await navigator.permissions.query({ name: 'camera' })).state === 'granted';
  } catch {
    // Browsers that cannot tell have no permission for zooming either.
    return false;
  }
}

/** Exceptions that asking for less can help. */
const TRY_WITH_LESS = ['OverconstrainedError', 'ConstraintNotSatisfiedError', 'TypeError'];

/** getUserMedia's exceptions (W3C Media Capture and Streams, section 10.2.1) as faults. */
function cameraFault(error: unknown): Fault {
  const name = error instanceof Error ? error.name : '';
  const message = error instanceof Error ? `${name}: ${error.message}` : String(error);
  switch (name) {
    case 'NotAllowedError':
    case 'SecurityError':
      return new Fault('permission-denied', message, { cause: error });
    case 'NotFoundError':
    case 'DevicesNotFoundError':
      return new Fault('no-camera', message, { cause: error });
    case 'NotReadableError':
    case 'TrackStartError':
    case 'AbortError':
      return new Fault('camera-busy', message, { cause: error });
    default:
      return new Fault('camera-failed', message, { cause: error });
  }
}

/**
 * Opens a camera.
 *
 * @param wanted whether it is still: where it is no longer, no further one is asked for
 * @returns a stream with one live video track; the caller stops it
 * @throws Fault `insecure-context`, `no-camera-api`, `no-camera`, `permission-denied`, `camera-busy` or `camera-failed`
 */
export async function openCamera(request: CameraRequest, wanted: () => boolean = () => true): Promise<MediaStream> {
  if (!window.isSecureContext) throw new Fault('insecure-context', `${location.origin} is no secure context.`);
  // Typed as always there, but missing in some embedded browsers.
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  if (typeof devices?.getUserMedia !== 'function') {
    throw new Fault('no-camera-api', 'navigator.mediaDevices.getUserMedia is missing.');
  }
  let last: unknown;
  let zoomRefused = false;
  for (const { video, zoom } of attempts(request)) {
    if (zoom && zoomRefused) continue;
    try {
      return await devices.getUserMedia({ audio: false, video });
    } catch (error) {
      last = error;
      const name = error instanceof Error ? error.name : '';
      zoomRefused = zoom && name === 'NotAllowedError' && (await cameraAllowed());
      if (!wanted() || (!zoomRefused && !TRY_WITH_LESS.includes(name))) break;
    }
  }
  throw cameraFault(last);
}

/**
 * The cameras, named where permission was given, each with an id of its own. Before that browsers give them all an empty id:
 * then there is one entry, which stands for the browser's choice.
 *
 * @returns undefined where the browser does not tell
 */
export async function listCameras(): Promise<MediaDeviceInfo[] | undefined> {
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  if (typeof devices?.enumerateDevices !== 'function') return undefined;
  const all = await devices.enumerateDevices().catch(() => undefined);
  const cameras = new Map(all?.filter((d) => d.kind === 'videoinput').map((d) => [d.deviceId, d]));
  if (cameras.size > 1) cameras.delete('');
  return all && [...cameras.values()];
}

/** Stops all tracks, so that the camera's light goes out. */
export function stopStream(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}
