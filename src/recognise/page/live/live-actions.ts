import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { CameraController } from '../camera/camera-controller';
import type { LiveRecognition } from './live-recognition';
import { ShortcutController } from '../../../base/page/shortcut-controller';
import type { SettingsStore } from '../../../base/page/settings';
import type { Recognition } from '../../shared/recogniser';
import type { ControlAction } from '../events';
import type { AimController } from './aim-controller';
import { listenToAimKeys } from './aim-shortcuts';
import type { RecorderSlot } from './recorder-slot';
import { LIVE_SHORTCUTS, type LiveAction } from './live-shortcuts';

/** What the actions act on. */
export interface LiveParts {
  /** Whether the live view is the one that is shown. */
  readonly active: boolean;
  readonly camera: CameraController;
  readonly settings: SettingsStore;
  readonly aim: AimController;
  showSources(): void;
  /** What records; undefined where nothing does. */
  readonly recorder: RecorderSlot | undefined;
  /** Keeps what is shown as a picture. */
  takePicture(): void;
  /** Asks whether the recording that runs is to be ended with the camera. */
  confirmStop(): Promise<boolean>;
}

/** What buttons and keys do in the live view, and its state between them, which ends with the stream or the video, whoever ends that. */
export class LiveActions implements ReactiveController {
  paused = false;
  frozen = false;
  /** Video files that are played after the one that plays, when a person goes on. */
  waitingVideos: readonly File[] = [];
  /** The answer from before the map was asked for. */
  #beforeMap: Recognition | undefined;
  #mapFetched = false;
  /** The stream or the video that the state is of. */
  #source: unknown;

  constructor(
    private readonly host: ReactiveControllerHost & LiveParts,
    private readonly live: LiveRecognition,
  ) {
    host.addController(this);
    new ShortcutController(host, LIVE_SHORTCUTS, (action) => this.#onShortcut(action));
    listenToAimKeys(host, () => ({ active: host.active && host.camera.state === 'live', settings: host.settings.value, aim: host.aim }));
  }

  /** Another image begins, or none is there any more: nothing of the one before stays. */
  hostUpdate(): void {
    if (this.host.settings.value.mapShown) this.#fetchMap();
    const { stream, videoFile } = this.host.camera;
    const source = stream ?? videoFile;
    if (source === this.#source) return;
    this.#source = source;
    // Its bar is no part of the first page.
    if (videoFile) void import('./video-bar').catch(() => undefined);
    this.paused = false;
    this.frozen = false;
    if (stream || !videoFile) this.waitingVideos = [];
    this.live.clear();
  }

  /** What draws the map is no part of the first page. */
  #fetchMap(): void {
    if (this.#mapFetched) return;
    this.#mapFetched = true;
    void import('../look/map-overlay').catch(() => (this.#mapFetched = false));
  }

  /** Whether an answer that was asked for its map has none: the model that runs gives none. */
  get mapMissing(): boolean {
    const { recognition } = this.live;
    return recognition !== undefined && recognition !== this.#beforeMap && !recognition.look;
  }

  get mirrored(): boolean {
    const { camera, settings } = this.host;
    if (camera.source !== 'camera') return false;
    return settings.value.mirrored ?? camera.facesUser ?? false;
  }

  async startCamera(): Promise<void> {
    const { cameraId, facing } = this.host.settings.value;
    await this.host.camera.start({ deviceId: cameraId, facing });
  }

  /** The way back from the camera's fault; from a video that cannot be played, to the next one. */
  async recover(): Promise<void> {
    const { cameraId, facing } = this.host.settings.value;
    const unreadable = this.host.camera.fault?.code === 'film-unreadable';
    await this.host.camera.recover({ deviceId: cameraId, facing });
    if (unreadable && this.waitingVideos.length > 0) await this.openVideos(this.waitingVideos);
  }

  async chooseCamera(deviceId: string): Promise<void> {
    this.host.settings.update({ cameraId: deviceId, mirrored: undefined });
    await this.startCamera();
  }

  async shareScreen(): Promise<void> {
    await this.host.camera.startScreen();
  }

  /** Plays a video file in place of what runs; the others wait behind it. */
  async openVideos([file, ...waiting]: readonly File[]): Promise<void> {
    if (this.host.recorder?.recording && !(await this.host.confirmStop())) return;
    this.waitingVideos = waiting;
    await this.host.camera.startVideo(file);
  }

  run(action: ControlAction): void {
    const { camera, settings } = this.host;
    switch (action) {
      case 'start':
        void this.startCamera();
        break;
      case 'stop':
        void this.#stop();
        break;
      case 'next-video':
        void this.openVideos(this.waitingVideos);
        break;
      case 'pause':
      case 'resume':
        this.paused = action === 'pause';
        break;
      case 'freeze':
      case 'unfreeze':
        this.frozen = action === 'freeze';
        break;
      case 'mirror':
        settings.update({ mirrored: !this.mirrored });
        break;
      case 'flip':
        void this.#flip();
        break;
      case 'torch':
        camera.lens?.setTorch(!camera.lens.torch);
        break;
      case 'sources':
        this.host.showSources();
        break;
      case 'record':
        void this.host.recorder?.toggle();
        break;
      case 'pause-recording':
      case 'resume-recording':
        this.host.recorder?.run(action === 'pause-recording' ? 'pause' : 'resume');
        break;
      case 'picture':
        // In a recording pictures belong to its session.
        if (this.host.recorder?.recording) this.host.recorder.run('picture');
        else this.host.takePicture();
        break;
      case 'shutter':
        settings.update({ shutter: settings.value.shutter === 'film' ? 'picture' : 'film' });
        break;
      case 'map':
        this.#beforeMap = this.live.recognition;
        settings.update({ mapShown: !settings.value.mapShown });
        this.live.again();
        break;
      case 'aim-middle':
        this.host.aim.reset();
        break;
      case 'statistics':
        settings.update({ statsOpen: !settings.value.statsOpen });
        break;
    }
    this.host.requestUpdate();
  }

  /** Nothing that is recorded ends unasked. */
  async #stop(): Promise<void> {
    if (this.host.recorder?.recording && !(await this.host.confirmStop())) return;
    this.host.camera.stop();
  }

  async #flip(): Promise<void> {
    const { deviceId, facing } = await this.host.camera.flip();
    // The other side's image is mirrored, or not, as suits it.
    this.host.settings.update({ cameraId: deviceId, facing, mirrored: undefined });
  }

  /** @returns false where the key does nothing now */
  #onShortcut(action: LiveAction): boolean {
    const { active, settings } = this.host;
    const wanted = active && settings.value.shortcuts ? this.#meant(action) : undefined;
    if (wanted === undefined) return false;
    this.run(wanted);
    return true;
  }

  /** The control that a key stands for now, undefined where it has none. */
  #meant(action: LiveAction): ControlAction | undefined {
    const { camera } = this.host;
    if (action === 'sources') return action;
    if (action === 'toggle-camera') return camera.state === 'live' ? 'stop' : camera.state === 'starting' ? undefined : 'start';
    if (camera.state !== 'live') return undefined;
    switch (action) {
      case 'toggle-pause':
        return this.paused ? 'resume' : 'pause';
      case 'toggle-freeze':
        return camera.source === 'film' ? undefined : this.frozen ? 'unfreeze' : 'freeze';
      case 'mirror':
        return camera.source === 'camera' ? action : undefined;
      case 'flip':
        return camera.source === 'camera' && camera.devices.length > 1 ? action : undefined;
      case 'torch':
      case 'statistics':
      case 'map':
      case 'record':
      case 'picture':
        return action;
      default:
        return undefined;
    }
  }
}
