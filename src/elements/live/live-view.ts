import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { localized, msg } from '@lit/localize';
import { TORCHVISION_PREPROCESSING } from '../../contract/model';
import type { CameraController } from '../../controllers/camera-controller';
import { DeviceConditionsController } from '../../controllers/device-conditions';
import { LiveRecognition } from '../../controllers/live-recognition';
import type { RecogniserController } from '../../controllers/recogniser-controller';
import { Follower } from '../../controllers/shared-controller';
import { IMAGENET_LABELS } from '../../domain/labels/imagenet';
import type { SettingsStore } from '../../storage/settings';
import type { CameraChoiceEvent } from '../events/camera-choice-event';
import type { ControlEvent } from '../events/control-event';
import type { FaultActionEvent } from '../events/fault-action-event';
import { sharedStyles } from '../shared/styles';
import type { CameraStage } from './camera-stage';
import type { ShownLabel } from './label-list';
import { liveViewStyles } from './live-view-styles';
import '../shared/fault-panel';
import '../shared/load-progress';
import './camera-stage';
import './control-bar';
import './label-list';
import './live-stats';

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
    void camera.saveSmoothness(this.live.pace.saveSmoothness);
    if (wanted && !this.live.running) this.live.start(this.stage.video);
    // A frozen picture has no new frames: the loop may stay, so that the last one is recognised.
    else if (!wanted && this.live.running && !this.frozen) this.live.stop();
  }

  override render(): unknown {
    const { camera, recogniser, live } = this;
    const fault = camera.fault ?? recogniser.fault;
    return html`
      <sg-camera-stage
        .stream=${camera.stream}
        .frozen=${this.frozen}
        .mirrored=${this.#mirrored}
        .preprocessing=${recogniser.loaded?.manifest.preprocessing ?? TORCHVISION_PREPROCESSING}
      >
        <div class="centre">
          ${fault ? html`<sg-fault-panel .fault=${fault} @sg-fault-action=${this.#onFaultAction}></sg-fault-panel>` : nothing}
          ${recogniser.state === 'loading' ? html`<sg-load-progress .progress=${recogniser.progress}></sg-load-progress>` : nothing}
          ${camera.state === 'off' && recogniser.state === 'ready' && !fault ? this.#welcome() : nothing}
        </div>
        ${this.settings.value.statsOpen && camera.state === 'live'
          ? html`<sg-live-stats
              .statistics=${live.statistics}
              .loaded=${recogniser.loaded}
              .capabilities=${recogniser.capabilities}
            ></sg-live-stats>`
          : nothing}
        ${camera.state === 'live'
          ? html`<div class="badge" role="status">
              <span data-key="fps">${(live.statistics?.displayRate ?? 0).toFixed(0)}</span> FPS${this.#stateWord()}
            </div>`
          : nothing}
        <sg-label-list part="labels" .labels=${this.#labels()}></sg-label-list>
      </sg-camera-stage>
      <sg-control-bar
        ?live=${camera.state === 'live'}
        ?starting=${camera.state === 'starting'}
        ?paused=${this.paused}
        ?frozen=${this.frozen}
        ?mirrored=${this.#mirrored}
        ?statistics=${this.settings.value.statsOpen}
        .devices=${camera.devices}
        .deviceId=${camera.deviceId}
        @sg-control=${this.#onControl}
        @sg-camera-choice=${this.#onCamera}
      ></sg-control-bar>
    `;
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
    return this.settings.value.mirrored ?? this.camera.facesUser ?? false;
  }

  #startCamera(): Promise<void> {
    const { cameraId, facing } = this.settings.value;
    return this.camera.start({ deviceId: cameraId, facing });
  }

  #onControl({ action }: ControlEvent): void {
    switch (action) {
      case 'start':
        void this.#startCamera();
        break;
      case 'stop':
        this.camera.stop();
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
        this.settings.update({ mirrored: !this.#mirrored });
        this.requestUpdate();
        break;
      case 'statistics':
        this.settings.update({ statsOpen: !this.settings.value.statsOpen });
        this.requestUpdate();
        break;
    }
  }

  #onCamera({ deviceId }: CameraChoiceEvent): void {
    this.settings.update({ cameraId: deviceId });
    void this.#startCamera();
  }

  #onFaultAction({ fault }: FaultActionEvent): void {
    if (this.camera.fault === fault) void this.#startCamera();
    else void this.recogniser.start();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-live-view': LiveView;
  }
}
