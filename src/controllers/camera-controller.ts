import type { ReactiveControllerHost } from 'lit';
import { DEFAULT_REQUEST, FRAME_RATE, listCameras, openCamera, stopStream, type CameraRequest } from '../camera/camera';
import { Fault } from '../contract/fault';
import { SharedController } from './shared-controller';

/** Frames a second where the device is too loaded for more. */
const LOW_FRAME_RATE = 15;

export type CameraState = 'off' | 'starting' | 'live' | 'fault';

/** Owns the camera: one stream at most, stopped when the host goes. */
export class CameraController extends SharedController {
  state: CameraState = 'off';
  stream: MediaStream | undefined;
  fault: Fault | undefined;
  /** All cameras, named once permission is given. */
  devices: readonly MediaDeviceInfo[] = [];
  #request: CameraRequest = DEFAULT_REQUEST;
  /** Latest wins: an answer to an older call is thrown away. */
  #call = 0;
  #smoothnessSaved = false;

  constructor(owner: ReactiveControllerHost) {
    super(owner);
  }

  /** Device id of the running camera, '' where none runs. */
  get deviceId(): string {
    return this.#track?.getSettings().deviceId ?? '';
  }

  /** Whether the running camera looks at the person; undefined where the browser does not tell. */
  get facesUser(): boolean | undefined {
    const facing = this.#track?.getSettings().facingMode;
    return facing === undefined ? undefined : facing === 'user';
  }

  get #track(): MediaStreamTrack | undefined {
    return this.stream?.getVideoTracks()[0];
  }

  hostConnected(): void {
    document.addEventListener('visibilitychange', this.#onVisibility);
    // Typed as always there, but missing on plain http.
    (navigator.mediaDevices as MediaDevices | undefined)?.addEventListener('devicechange', this.#onDevices);
  }

  override hostDisconnected(): void {
    document.removeEventListener('visibilitychange', this.#onVisibility);
    (navigator.mediaDevices as MediaDevices | undefined)?.removeEventListener('devicechange', this.#onDevices);
    this.stop();
  }

  /** Opens the camera, or another one; never throws: the result is `state` and `fault`. */
  async start(request: Partial<CameraRequest> = {}): Promise<void> {
    this.#request = { ...this.#request, ...request };
    const call = ++this.#call;
    this.#release();
    this.#set('starting');
    try {
      const stream = await openCamera(this.#request);
      if (call !== this.#call) {
        stopStream(stream);
        return;
      }
      this.stream = stream;
      this.#smoothnessSaved = false;
      this.#track?.addEventListener('ended', this.#onEnded);
      this.#set('live');
      this.#onDevices();
    } catch (error) {
      if (call !== this.#call) return;
      this.#release();
      this.#set('fault', Fault.from(error, 'camera-failed'));
    }
  }

  stop(): void {
    this.#call++;
    this.#release();
    this.#set('off');
  }

  /** Asks the camera for fewer frames, where working less was not enough; and for its own rate again. */
  async saveSmoothness(save: boolean): Promise<void> {
    const track = this.#track;
    if (!track || this.#smoothnessSaved === save) return;
    this.#smoothnessSaved = save;
    await track.applyConstraints({ ...track.getConstraints(), frameRate: { ideal: save ? LOW_FRAME_RATE : FRAME_RATE } }).catch(() => undefined);
  }

  #set(state: CameraState, fault?: Fault): void {
    this.state = state;
    this.fault = fault;
    this.changed();
  }

  #release(): void {
    this.#track?.removeEventListener('ended', this.#onEnded);
    if (this.stream) stopStream(this.stream);
    this.stream = undefined;
  }

  readonly #onEnded = (): void => {
    this.#release();
    this.#set('fault', new Fault('camera-ended', 'The camera track ended.'));
  };

  /** A call or a trip to the background may have ended the track: take the camera again when the page is seen again. */
  readonly #onVisibility = (): void => {
    if (document.visibilityState !== 'visible') return;
    if (this.fault?.code === 'camera-ended' || (this.state === 'live' && this.#track?.readyState === 'ended')) void this.start();
  };

  readonly #onDevices = (): void => {
    void listCameras().then((devices) => {
      this.devices = devices;
      this.changed();
    });
  };
}
