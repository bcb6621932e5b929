import { createContext } from '@lit/context';
import type { ReactiveControllerHost } from 'lit';
import { DEFAULT_REQUEST, FRAME_RATE, listCameras, openCamera, SMALL_IMAGE, stopStream, wishes, type CameraRequest } from './camera';
import { CameraLens } from './camera-lens';
import { TrackFlow } from './track-flow';
import { closeVideoFile, openVideoFile, type VideoFile } from './video-file';
import { openScreen } from './screen';
import { deviceMemory, LITTLE_MEMORY } from '../model/device-capabilities';
import { Fault, type FaultCode } from '../../../base/shared/fault';
import { SharedController } from '../../../base/page/shared-controller';

/** Frames a second where the device is too loaded for more. */
const LOW_FRAME_RATE = 15;

/** A camera that has not answered by then may never do so, milliseconds. */
const SLOW_AFTER = 5000;

export type CameraState = 'off' | 'starting' | 'live' | 'fault';

/** Where the images come from. */
export type SourceKind = 'camera' | 'screen' | 'film';

/** Owns the source of images: one camera, one shared screen or one video at most, given back when the host goes. */
export class CameraController extends SharedController {
  state: CameraState = 'off';
  /** What runs, or ran last. */
  source: SourceKind = 'camera';
  /** The camera's or the screen's; undefined for a video. */
  stream: MediaStream | undefined;
  videoFile: VideoFile | undefined;
  /** May come beside the state `live`: then what was live goes on; and beside `starting`, where that takes long. */
  fault: Fault | undefined;
  /** Zoom, torch and point of the running camera. */
  lens: CameraLens | undefined;
  /** All cameras, named once permission is given. */
  devices: readonly MediaDeviceInfo[] = [];
  #request: CameraRequest = { ...DEFAULT_REQUEST, ...((deviceMemory() ?? Infinity) <= LITTLE_MEMORY && SMALL_IMAGE) };
  /** Latest wins: an answer to an older call is thrown away. */
  #call = 0;
  #smoothnessSaved = false;
  #flow: TrackFlow | undefined;
  #slow: ReturnType<typeof setTimeout> | undefined;

  constructor(owner: ReactiveControllerHost) {
    super(owner);
  }

  /** Device id of the running camera, '' where none runs. */
  get deviceId(): string {
    return this.source === 'camera' ? (this.#track?.getSettings().deviceId ?? '') : '';
  }

  /** Whether the running camera looks at the person; undefined where the browser does not tell. */
  get facesUser(): boolean | undefined {
    const facing = this.#track?.getSettings().facingMode;
    return facing === undefined ? undefined : facing === 'user';
  }

  /** Whether the system or another program keeps back the images of what is live. */
  get muted(): boolean {
    return this.#flow?.muted ?? false;
  }

  /** Whether what is live gives no images. */
  get silent(): boolean {
    return this.#flow?.silent ?? false;
  }

  /** Cameras that can be opened instead of the one that was asked for, each with an id. */
  get otherCameras(): readonly MediaDeviceInfo[] {
    const asked = this.deviceId || this.#request.deviceId;
    return this.devices.filter(({ deviceId }) => deviceId !== '' && deviceId !== asked);
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
    // Before the next one is opened: phones open one camera at a time.
    this.#release();
    this.source = 'camera';
    this.#set('starting');
    this.#slow = setTimeout(() => {
      this.#set('starting', new Fault('camera-slow', `getUserMedia has not answered for ${SLOW_AFTER} ms.`));
      this.#onDevices();
    }, SLOW_AFTER);
    try {
      const stream = await openCamera(this.#request, () => call === this.#call);
      if (call !== this.#call) {
        stopStream(stream);
        return;
      }
      this.#go('camera', stream);
    } catch (error) {
      if (call !== this.#call) return;
      this.#release();
      this.#set('fault', Fault.from(error, 'camera-failed'));
    }
    this.#onDevices();
  }

  /**
   * Opens the camera on the other side of the device, else the next one in the list.
   * @returns the request that led to it, to be kept
   */
  async flip(): Promise<Pick<CameraRequest, 'deviceId' | 'facing'>> {
    const before = this.deviceId;
    const { facesUser } = this;
    if (facesUser !== undefined) {
      await this.start({ deviceId: '', facing: facesUser ? 'environment' : 'user' });
      if (this.state !== 'live' || this.deviceId !== before) return this.#request;
    }
    const at = this.devices.findIndex((device) => device.deviceId === before);
    const next = this.devices.length > 0 ? this.devices[(at + 1) % this.devices.length] : undefined;
    if (next) await this.start({ deviceId: next.deviceId });
    return this.#request;
  }

  /** Has the person choose a screen; what ran before goes on until then, and where they choose none. */
  async startScreen(): Promise<void> {
    await this.#replace('screen-failed', openScreen, stopStream, (stream) => this.#go('screen', stream));
  }

  /** Plays a video file; what ran before goes on where it cannot be played. */
  async startVideo(file: File): Promise<void> {
    await this.#replace('film-unreadable', () => openVideoFile(file), closeVideoFile, (videoFile) => {
      this.videoFile = videoFile;
      this.#go('film', undefined);
    });
  }

  stop(): void {
    this.#call++;
    this.#release();
    this.#set('off');
  }

  /** A fault of what is live, for example a video that breaks off in the middle. */
  fail(fault: Fault): void {
    this.#set(this.state === 'starting' ? 'off' : this.state, fault);
  }

  /** Takes the fault as read: what is live goes on, else nothing is. */
  dismiss(): void {
    this.#set(this.state === 'live' ? 'live' : 'off');
    this.#tellSilence();
  }

  /** The way back from its fault. @param request of the camera, where that is to be opened */
  async recover(request: Partial<CameraRequest>): Promise<void> {
    switch (this.fault?.code) {
      case 'camera-slow':
        return this.stop();
      case 'screen-failed':
      case 'film-unreadable':
        return this.dismiss();
      case 'screen-silent':
        return this.startScreen();
      default:
        return this.start(request);
    }
  }

  /** Whether frames of what is live come, as whoever shows them sees it. */
  set flowing(flowing: boolean) {
    if (this.#flow) this.#flow.flowing = flowing;
  }

  /** Asks the camera for fewer frames, where working less was not enough; and for its own rate again. */
  saveSmoothness(save: boolean): void {
    if (!this.lens || this.#smoothnessSaved === save) return;
    this.#smoothnessSaved = save;
    this.lens.setFrameRate(save ? LOW_FRAME_RATE : FRAME_RATE);
  }

  /** Opens something while what runs goes on, then puts it in its place. */
  async #replace<T>(
    code: FaultCode,
    open: () => Promise<T | undefined>,
    close: (opened: T) => void,
    take: (opened: T) => void,
  ): Promise<void> {
    const call = ++this.#call;
    try {
      const opened = await open();
      if (opened === undefined) {
        if (call === this.#call && this.state === 'starting') this.#set('off');
        return;
      }
      if (call !== this.#call) {
        close(opened);
        return;
      }
      this.#release();
      take(opened);
    } catch (error) {
      if (call === this.#call) this.fail(Fault.from(error, code));
    }
  }

  #go(source: SourceKind, stream: MediaStream | undefined): void {
    this.source = source;
    this.stream = stream;
    this.#smoothnessSaved = false;
    const track = this.#track;
    track?.addEventListener('ended', this.#onEnded);
    if (track && source !== 'film') this.#flow = new TrackFlow(track, source, () => this.#tellSilence());
    if (track && source === 'camera') this.lens = new CameraLens(track, wishes(this.#request), () => this.changed());
    this.#set('live');
  }

  #set(state: CameraState, fault?: Fault): void {
    if (state !== 'starting') clearTimeout(this.#slow);
    this.state = state;
    this.fault = fault;
    this.changed();
  }

  #tellSilence(): void {
    const { code } = this.fault ?? {};
    if (code === undefined || code === 'camera-silent' || code === 'screen-silent') this.fault = this.#flow?.fault;
    this.changed();
  }

  #release(): void {
    clearTimeout(this.#slow);
    this.#track?.removeEventListener('ended', this.#onEnded);
    this.#flow?.end();
    this.#flow = undefined;
    if (this.stream) stopStream(this.stream);
    if (this.videoFile) closeVideoFile(this.videoFile);
    this.stream = undefined;
    this.videoFile = undefined;
    this.lens = undefined;
  }

  readonly #onEnded = (): void => {
    this.#release();
    // A shared screen ends by the browser's own button: that is no fault.
    if (this.source === 'screen') this.#set('off');
    else this.#set('fault', new Fault('camera-ended', 'The camera track ended.'));
  };

  /**
   * A call or a trip to the background may have ended the track, or left it without images: take the camera again when
   * the page is seen again.
   */
  readonly #onVisibility = (): void => {
    if (document.visibilityState !== 'visible' || this.source !== 'camera') return;
    const track = this.#track;
    const lost = this.state === 'live' && (track?.readyState === 'ended' || track?.muted === true);
    if (this.fault?.code === 'camera-ended' || lost) void this.start();
  };

  readonly #onDevices = (): void => {
    void listCameras().then((devices) => {
      // What was known stays where the browser no longer tells.
      this.devices = devices ?? this.devices;
      this.changed();
    });
  };
}

/** The app's one camera, shared by all views. */
export const cameraContext = createContext<CameraController>(Symbol('camera'));
