import { html, LitElement, nothing } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { consume } from '@lit/context';
import { localized, msg } from '@lit/localize';
import { type Preprocessing, TORCHVISION_PREPROCESSING } from '../../../engine/index';
import { cameraContext, type CameraController } from '../camera/camera-controller';
import { bestTransport, grabFrame } from '../camera/grab-frame';
import type { FrameInput } from '../../shared/recogniser';
import { DeviceConditionsController } from './device-conditions';
import { LiveRecognition, type LiveStatistics, type LiveWishes } from './live-recognition';
import { recogniserContext, type RecogniserController } from '../model/recogniser-controller';
import { Follower } from '../../../base/page/shared-controller';
import { WakeLockController } from './wake-lock-controller';
import { settingsContext, type SettingsStore } from '../../../base/page/settings';
import {
  ClassListEvent,
  type CameraChoiceEvent,
  type ControlEvent,
  type VideoFileEvent,
  type ImageFaultEvent,
  type ZoomEvent,
} from '../events';
import type { FaultActionEvent } from '../../../base/page/elements/events';
import { sharedStyles } from '../../../base/page/elements/styles';
import { AimController, type AimParts } from './aim-controller';
import type { CameraStage } from './camera-stage';
import { LiveActions, type LiveParts } from './live-actions';
import { PictureController } from './picture-controller';
import type { PictureKeeper } from './take-picture';
import type { ConfirmSheet } from '../../../base/page/elements/confirm-sheet';
import { LabelTrace, labelTrace } from './label-trace';
import { LiveLabels } from './live-labels';
import type { LiveState } from './more-actions';
import type { RecorderFactory, RecorderSlot } from './recorder-slot';
import { liveViewStyles } from './live-view-styles';
import type { SourceSheet } from './source-sheet';
import '../../../base/page/elements/confirm-sheet';
import '../../../base/page/elements/fault-panel';
import '../model/load-progress';
import './camera-choices';
import './aim-hint';
import './camera-stage';
import './camera-tools';
import './control-bar';
import './label-list';
import './live-bar';
import './source-sheet';
import './taken-picture';

/**
 * The camera with live labels over it.
 *
 * @csspart labels - the live labels
 */
@customElement('sg-live-view')
@localized()
export class LiveView extends LitElement implements LiveParts {
  static override styles = [sharedStyles, liveViewStyles];

  @consume({ context: recogniserContext }) readonly recogniser!: RecogniserController;
  @consume({ context: settingsContext }) readonly settings!: SettingsStore;
  @consume({ context: cameraContext }) readonly camera!: CameraController;
  /** False while another view is shown: the camera stays open (iOS asks anew for each getUserMedia), recognition rests. */
  @property({ type: Boolean }) active = true;
  @query('sg-camera-stage') private readonly stage!: CameraStage;
  @query('sg-source-sheet') private readonly sources!: SourceSheet;
  /** Makes what records; undefined where nothing does. */
  @property({ attribute: false }) recorderFor: RecorderFactory | undefined;
  recorder: RecorderSlot | undefined;
  /** Keeps what the shutter takes; undefined where nothing does. */
  @property({ attribute: false }) keepPicture: PictureKeeper | undefined;
  @query('sg-confirm-sheet') private readonly confirm!: ConfirmSheet;
  private readonly pictures = new PictureController(
    this,
    () => this.keepPicture,
    () => this.renderRoot.querySelector('sg-taken-picture')?.matches(':hover, :focus-within') ?? false,
  );
  private readonly wakeLock = new WakeLockController(this);
  private readonly live = new LiveRecognition(this, () => this.recogniser, () => this.#wishes);
  /** Where a person has the network look. */
  readonly aim: AimController = new AimController(this, () => this.#aimParts, () => this.live.again());
  // Before the labels: with another source they are gone in the same update.
  private readonly actions = new LiveActions(this, this.live);
  private readonly labels = new LiveLabels(this, () => ({ recognition: this.live.recognition, settings: this.settings.value }));
  constructor() {
    super();
    new Follower(this, () => [this.recogniser, this.camera, this.settings]);
    this.live.onFlow = (flowing) => (this.camera.flowing = flowing);
    // Small, but not among what the first page waits for.
    void import('./start-drawing').catch(() => undefined);
    new LabelTrace(this, () => (this.labels.doubt ? undefined : this.labels.shown.at(0)?.key));
    new DeviceConditionsController(this, (conditions) => (this.live.conditions = conditions));
  }

  override willUpdate(): void {
    // A frozen image is still seen.
    this.live.silent = this.camera.silent && !this.actions.frozen;
    const { state, loaded } = this.recogniser;
    this.live.network = state === 'ready' && loaded ? `${loaded.manifest.id} ${loaded.precision}` : undefined;
    this.recorder ??= this.recorderFor?.(this, () => {
      const { active, settings, live, renderRoot } = this;
      return { active, settings, live, renderRoot, video: this.stage.video, sure: this.#sure };
    });
  }

  /** The live figures, undefined before the first. */
  get statistics(): LiveStatistics | undefined {
    return this.live.statistics;
  }

  showSources(): void {
    void this.sources.show();
  }

  confirmStop(): Promise<boolean> {
    return this.confirm.ask();
  }

  takePicture(): void {
    const { loaded, state } = this.recogniser;
    // Labels of an earlier scene are not this picture's: without any it is recognised among the pictures.
    const recognition = state === 'ready' && !this.actions.paused ? this.live.current : undefined;
    void this.pictures.take(this.stage.video, {
      top: recognition?.steady ?? [],
      labels: recognition && this.#sure() ? this.labels.shown : [],
      square: recognition?.square,
      modelId: (recognition && loaded?.manifest.id) ?? '',
      precision: loaded?.precision ?? 'fp32',
    });
  }

  /** What the camera or the video shows now; undefined where there is nothing. */
  async grab(): Promise<FrameInput | undefined> {
    const { video } = this.stage;
    return video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA ? grabFrame(video, bestTransport()) : undefined;
  }

  /** Plays video files one after another in place of what runs. */
  openVideos(files: readonly File[]): Promise<void> {
    return this.actions.openVideos(files);
  }

  override updated(): void {
    const { active, camera, recogniser, live } = this;
    const { paused, frozen } = this.actions;
    const wanted = active && camera.state === 'live' && recogniser.state === 'ready' && !paused && !frozen && !camera.muted;
    live.adaptive = this.settings.value.adaptive;
    camera.saveSmoothness(live.pace.saveSmoothness);
    this.wakeLock.want(active && camera.state === 'live');
    if (wanted && !live.running) live.start(this.stage.video);
    // A frozen image has no new frames: the loop may stay, so that the last one is recognised.
    else if (!wanted && live.running && !frozen) live.stop();
  }

  override render(): unknown {
    const { camera, recogniser, actions, labels, live } = this;
    const fault = camera.fault ?? recogniser.fault;
    return html`
      <sg-camera-stage
        .stream=${camera.stream}
        .videoFile=${camera.videoFile}
        .aim=${this.aim}
        ?focuses=${camera.lens?.abilities.point}
        .frozen=${actions.frozen}
        .mirrored=${actions.mirrored}
        .preprocessing=${this.#preprocessing}
        @sg-picture-fault=${({ fault }: ImageFaultEvent) => camera.fail(fault)}
      >
        ${this.settings.value.mapShown ? this.#map() : nothing}
        <div class="centre">
          ${fault ? html`<sg-fault-panel .fault=${fault} @sg-fault-action=${this.#onFaultAction}>${this.#otherCameras()}</sg-fault-panel>` : nothing}
          ${recogniser.state === 'loading' && camera.state === 'live' ? html`<sg-load-progress .progress=${recogniser.progress}></sg-load-progress>` : nothing}
          ${(camera.state === 'off' || camera.state === 'starting') && !fault ? this.#welcome() : nothing}
        </div>
        ${labelTrace()}<div class="over">
          ${camera.state === 'live' ? this.#bar() : nothing}
          <div class="foot">
            ${this.#taken()} ${camera.state === 'live' ? this.#tools() : nothing}
            <sg-label-list part="labels" .labels=${labels.shown} .doubt=${labels.doubt} ?old=${actions.paused || live.stalled || recogniser.state !== 'ready'}></sg-label-list>
          </div>
        </div>
      </sg-camera-stage>
      <div class="visually-hidden" role="status" data-key="announcement">${labels.announcement}</div>
      <div class="visually-hidden" role="status" data-key="aim">${this.aim.words}</div>
      <div class="visually-hidden" role="status" data-key="picture">${this.pictures.taken && !this.pictures.fault ? msg('Picture kept') : ''}</div>
      ${camera.state === 'live' && !this.recorder?.recording ? html`<sg-aim-hint .aim=${this.aim}></sg-aim-hint>` : nothing}
      ${this.recorder?.render() ?? nothing}
      <sg-control-bar
        ?recording=${this.recorder?.recording ?? false}
        ?live=${camera.state === 'live'}
        ?starting=${camera.state === 'starting'}
        .seconds=${this.recorder?.seconds ?? 0}
        ?halted=${this.recorder?.halted ?? false}
        shutter=${this.settings.value.shutter}
        ?aimed=${this.aim.square !== undefined}
        ?loading=${recogniser.state === 'loading'}
        .progress=${recogniser.progress}
        source=${camera.source}
        .cameras=${camera.devices.length}
        @sg-control=${this.#onControl}
      ></sg-control-bar>
      <sg-source-sheet
        .devices=${camera.devices}
        deviceId=${camera.deviceId}
        .state=${camera.state === 'live' ? this.#state : undefined}
        @sg-control=${this.#onControl}
        @sg-camera-choice=${({ deviceId }: CameraChoiceEvent) => void actions.chooseCamera(deviceId)}
        @sg-screen-choice=${() => void actions.shareScreen()}
        @sg-film-file=${({ files }: VideoFileEvent) => void actions.openVideos(files)}
      ></sg-source-sheet>
      <sg-confirm-sheet
        .heading=${msg('Stop the camera and the recording?')}
        .text=${msg('The recording ends and is kept as it is up to now.')}
        .action=${msg('Stop both')}
      ></sg-confirm-sheet>
    `;
  }

  /** What is going on, and the figures of it. */
  #bar(): unknown {
    const { live, recogniser, actions } = this;
    const { statsOpen, mapShown } = this.settings.value;
    return html`<sg-live-bar
      .statistics=${live.statistics}
      .running=${{ loaded: recogniser.loaded, capabilities: recogniser.capabilities }}
      ?figures=${statsOpen}
      ?map=${mapShown}
      .lack=${actions.mapMissing ? 'map' : undefined}
      ?paused=${actions.paused}
      ?frozen=${actions.frozen}
      ?stalled=${live.stalled}
      @sg-control=${this.#onControl}
    ></sg-live-bar>`;
  }

  #map(): unknown {
    const { recognition } = this.live;
    return html`<sg-map-overlay slot="image" .look=${recognition?.look} .frame=${recognition?.frame}></sg-map-overlay>`;
  }

  /** Zoom; torch of a camera, play and seek of a video. */
  #tools(): unknown {
    const { aim } = this;
    const { videoFile, lens } = this.camera;
    return html`${videoFile ? html`<sg-film-bar .video=${this.stage.video} name=${videoFile.name} .waiting=${this.actions.waitingVideos} @sg-control=${this.#onControl}></sg-film-bar>` : nothing}
      <sg-camera-tools
        .limits=${aim.limits}
        .zoom=${aim.zoom}
        ?hasTorch=${lens?.abilities.torch}
        ?torch=${lens?.torch}
        @sg-control=${this.#onControl}
        @sg-zoom=${({ value }: ZoomEvent) => aim.zoomTo(value)}
      ></sg-camera-tools>`;
  }

  #taken(): unknown {
    const { pictures } = this;
    if (!pictures.taken && !pictures.fault) return nothing;
    return html`<sg-taken-picture
      .picture=${pictures.taken}
      .fault=${pictures.fault}
      ?unkept=${pictures.unkept.length > 0}
      ?saved=${pictures.saved}
      @save=${() => pictures.save()}
      @close=${() => pictures.dismiss()}
    ></sg-taken-picture>`;
  }

  get #state(): LiveState {
    const { actions, camera } = this;
    const { paused, frozen, mirrored } = actions;
    return { source: camera.source, paused, frozen, mirrored, recording: this.recorder?.recording ?? false, cameras: camera.devices.length };
  }

  /** A recording counts the views that it has of what is labelled. */
  get #wishes(): LiveWishes {
    return { aim: this.aim.aim, map: this.settings.value.mapShown, ...(this.recorder?.recording && { features: 'whole' }) };
  }

  get #preprocessing(): Preprocessing {
    return this.recogniser.loaded?.manifest.preprocessing ?? TORCHVISION_PREPROCESSING;
  }

  get #aimParts(): AimParts {
    const { camera, actions } = this;
    return {
      source: camera.stream ?? camera.videoFile, lens: camera.lens, frozen: actions.frozen, mirrored: actions.mirrored, preprocessing: this.#preprocessing,
    };
  }

  /** Instead of one that does not work. */
  #otherCameras(): unknown {
    const { fault, devices, otherCameras } = this.camera;
    if (!fault?.code.startsWith('camera-')) return nothing;
    return html`<sg-camera-choices
      .devices=${devices}
      .offered=${otherCameras}
      @sg-camera-choice=${({ deviceId }: CameraChoiceEvent) => void this.actions.chooseCamera(deviceId)}
    ></sg-camera-choices>`;
  }

  #welcome(): unknown {
    return html`<div class="welcome"><sg-start-drawing></sg-start-drawing>
      <h2>${msg('Point the camera at a thing, read what it is')}</h2>
      <p>${msg('It knows 1000 things. Pictures never leave this device.')}</p>
      <button class="glass" @click=${() => this.dispatchEvent(new ClassListEvent())}>${msg('What it knows')}</button>
    </div>`;
  }

  readonly #sure = (): boolean => this.labels.doubt === undefined;

  readonly #onControl = ({ action }: ControlEvent): void => this.actions.run(action);

  readonly #onFaultAction = ({ fault }: FaultActionEvent): void => {
    if (this.camera.fault !== fault) void this.recogniser.start();
    else void this.actions.recover();
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-live-view': LiveView;
  }
}
