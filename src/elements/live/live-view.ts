import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { localized, msg } from '@lit/localize';
import { TORCHVISION_PREPROCESSING } from '../../contract/model';
import type { CameraController } from '../../controllers/camera-controller';
import { DeviceConditionsController } from '../../controllers/device-conditions';
import { LiveRecognition } from '../../controllers/live-recognition';
import type { RecogniserController } from '../../controllers/recogniser-controller';
import { Follower } from '../../controllers/shared-controller';
import { WakeLockController } from '../../controllers/wake-lock-controller';
import { IMAGENET_LABELS } from '../../domain/labels/imagenet';
import type { SettingsStore } from '../../storage/settings';
import type { CameraChoiceEvent } from '../events/camera-choice-event';
import type { ControlAction, ControlEvent } from '../events/control-event';
import type { FaultActionEvent } from '../events/fault-action-event';
import type { FilmFileEvent } from '../events/film-file-event';
import type { FocusPointEvent } from '../events/focus-point-event';
import type { PictureFaultEvent } from '../events/picture-fault-event';
import type { ZoomEvent } from '../events/zoom-event';
import { icon } from '../shared/icons';
import { sharedStyles } from '../shared/styles';
import type { CameraStage } from './camera-stage';
import type { ShownLabel } from './label-list';
import { liveViewStyles } from './live-view-styles';
import type { SourceSheet } from './source-sheet';
import '../shared/fault-panel';
import '../shared/load-progress';
import './camera-stage';
import './camera-tools';
import './control-bar';
import './film-bar';
import './label-list';
import './live-stats';
import './source-sheet';

/**
 * The camera with live labels over it.
 *
 * @csspart labels - the live labels
 */
@customElement('sg-live-view')
@localized()
export class LiveView extends LitElement {
  static override styles = [sharedStyles, liveViewStyles];

  @property({ attribute: false }) recogniser!: RecogniserController;
  @property({ attribute: false }) settings!: SettingsStore;
  @property({ attribute: false }) camera!: CameraController;
  /** False while another view is shown: the camera stays open (iOS asks anew for each getUserMedia), recognition rests. */
  @property({ type: Boolean }) active = true;
  @state() private paused = false;
  @state() private frozen = false;
  @query('sg-camera-stage') private readonly stage!: CameraStage;
  @query('sg-source-sheet') private readonly sources!: SourceSheet;
  private readonly wakeLock = new WakeLockController(this);
  private readonly live = new LiveRecognition(this, (frame, options) => this.recogniser.recognise(frame, options));

  constructor() {
    super();
    new Follower(this, () => [this.recogniser, this.camera]);
    new DeviceConditionsController(this, (conditions) => (this.live.conditions = conditions));
  }

  override updated(_changed: PropertyValues<this>): void {
    const { active, camera, recogniser } = this;
    const wanted = active && camera.state === 'live' && recogniser.state === 'ready' && !this.paused && !this.frozen;
    this.live.adaptive = this.settings.value.adaptive;
    camera.saveSmoothness(this.live.pace.saveSmoothness);
    this.wakeLock.want(active && camera.state === 'live');
    if (wanted && !this.live.running) this.live.start(this.stage.video);
    // A frozen picture has no new frames: the loop may stay, so that the last one is recognised.
    else if (!wanted && this.live.running && !this.frozen) this.live.stop();
  }

  override render(): unknown {
    const { camera, recogniser } = this;
    const fault = camera.fault ?? recogniser.fault;
    return html`
      <sg-camera-stage
        .stream=${camera.stream}
        .film=${camera.film}
        .lens=${camera.lens}
        .frozen=${this.frozen}
        .mirrored=${this.#mirrored}
        .preprocessing=${recogniser.loaded?.manifest.preprocessing ?? TORCHVISION_PREPROCESSING}
        @sg-zoom=${this.#onZoom}
        @sg-focus-point=${({ x, y }: FocusPointEvent) => camera.lens?.lookAt(x, y)}
        @sg-picture-fault=${({ fault }: PictureFaultEvent) => camera.fail(fault)}
      >
        <div class="centre">
          ${fault ? html`<sg-fault-panel .fault=${fault} @sg-fault-action=${this.#onFaultAction}></sg-fault-panel>` : nothing}
          ${recogniser.state === 'loading' ? html`<sg-load-progress .progress=${recogniser.progress}></sg-load-progress>` : nothing}
          ${camera.state === 'off' && recogniser.state === 'ready' && !fault ? this.#welcome() : nothing}
        </div>
        ${camera.state === 'live' ? this.#top() : nothing}
        <div class="foot">
          ${camera.state === 'live' ? this.#tools() : nothing}
          <sg-label-list part="labels" .labels=${this.#labels()}></sg-label-list>
        </div>
      </sg-camera-stage>
      <sg-control-bar
        ?live=${camera.state === 'live'}
        ?starting=${camera.state === 'starting'}
        ?paused=${this.paused}
        ?frozen=${this.frozen}
        ?mirrored=${this.#mirrored}
        source=${camera.source}
        .cameras=${camera.devices.length}
        @sg-control=${this.#onControl}
      ></sg-control-bar>
      <sg-source-sheet
        .devices=${camera.devices}
        deviceId=${camera.deviceId}
        source=${camera.state === 'live' ? camera.source : nothing}
        @sg-camera-choice=${this.#onCamera}
        @sg-screen-choice=${() => void this.#begin(camera.startScreen())}
        @sg-film-file=${({ file }: FilmFileEvent) => void this.openFilm(file)}
      ></sg-source-sheet>
    `;
  }

  /** Plays a film file in place of what runs. */
  async openFilm(file: File): Promise<void> {
    await this.#begin(this.camera.startFilm(file));
  }

  /** What is going on, and the figures of it. */
  #top(): unknown {
    const { live, recogniser } = this;
    const open = this.settings.value.statsOpen;
    const words = msg('Show figures');
    return html`<div class="top">
      ${open
        ? html`<sg-live-stats
            .statistics=${live.statistics}
            .loaded=${recogniser.loaded}
            .capabilities=${recogniser.capabilities}
          ></sg-live-stats>`
        : nothing}
      <div class="badge"><span data-key="fps">${(live.statistics?.displayRate ?? 0).toFixed(0)}</span> FPS${this.#stateWord()}</div>
      <button class="icon glass" aria-label=${words} title=${words} aria-pressed=${String(open)} @click=${() => this.#control('statistics')}>
        ${icon('chart')}
      </button>
    </div>`;
  }

  /** What belongs to the source: zoom and torch of a camera, play and seek of a film. */
  #tools(): unknown {
    const { film, lens } = this.camera;
    if (film) return html`<sg-film-bar .video=${this.stage.video} name=${film.name}></sg-film-bar>`;
    if (!lens?.abilities.zoom && !lens?.abilities.torch) return nothing;
    return html`<sg-camera-tools
      .range=${lens.abilities.zoom}
      .zoom=${lens.zoom ?? 0}
      ?hasTorch=${lens.abilities.torch}
      ?torch=${lens.torch}
      @sg-control=${this.#onControl}
      @sg-zoom=${this.#onZoom}
    ></sg-camera-tools>`;
  }

  #welcome(): unknown {
    return html`<div class="welcome">
      <h2>${msg('Point the camera at a thing, read what it is')}</h2>
      <p>${msg('It knows 1000 things. Pictures never leave this device.')}</p>
    </div>`;
  }

  #stateWord(): string {
    if (this.frozen) return ` · ${msg('frozen')}`;
    return this.paused ? ` · ${msg('paused')}` : '';
  }

  #labels(): ShownLabel[] {
    const recognition = this.live.recognition;
    if (!recognition) return [];
    return recognition.steady.map(({ index, probability }) => ({
      key: String(index),
      name: IMAGENET_LABELS[index] ?? String(index),
      probability,
    }));
  }

  get #mirrored(): boolean {
    if (this.camera.source !== 'camera') return false;
    return this.settings.value.mirrored ?? this.camera.facesUser ?? false;
  }

  #startCamera(): Promise<void> {
    const { cameraId, facing } = this.settings.value;
    return this.#begin(this.camera.start({ deviceId: cameraId, facing }));
  }

  /** Another picture begins: nothing of the one before stays. */
  async #begin(opening: Promise<unknown>): Promise<void> {
    const { stream, film } = this.camera;
    await opening;
    if (stream === this.camera.stream && film === this.camera.film) return;
    this.paused = false;
    this.frozen = false;
    this.live.clear();
  }

  readonly #onControl = ({ action }: ControlEvent): void => this.#control(action);

  #control(action: ControlAction): void {
    const { camera, settings } = this;
    switch (action) {
      case 'start':
        void this.#startCamera();
        break;
      case 'stop':
        camera.stop();
        this.live.clear();
        this.paused = false;
        this.frozen = false;
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
        settings.update({ mirrored: !this.#mirrored });
        this.requestUpdate();
        break;
      case 'flip':
        void this.#begin(this.#flip());
        break;
      case 'torch':
        camera.lens?.setTorch(!camera.lens.torch);
        break;
      case 'sources':
        void this.sources.show();
        break;
      case 'statistics':
        settings.update({ statsOpen: !settings.value.statsOpen });
        this.requestUpdate();
        break;
    }
  }

  async #flip(): Promise<void> {
    const { deviceId, facing } = await this.camera.flip();
    // The other side's picture is mirrored, or not, as suits it.
    this.settings.update({ cameraId: deviceId, facing, mirrored: undefined });
  }

  readonly #onCamera = ({ deviceId }: CameraChoiceEvent): void => {
    this.settings.update({ cameraId: deviceId, mirrored: undefined });
    void this.#startCamera();
  };

  readonly #onZoom = ({ value }: ZoomEvent): void => this.camera.lens?.setZoom(value);

  readonly #onFaultAction = ({ fault }: FaultActionEvent): void => {
    if (this.camera.fault !== fault) void this.recogniser.start();
    else if (fault.code === 'screen-failed' || fault.code === 'film-unreadable') this.camera.dismiss();
    else void this.#startCamera();
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-live-view': LiveView;
  }
}
