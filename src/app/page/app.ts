import { html, LitElement, nothing } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import { provide } from '@lit/context';
import { localized, msg } from '@lit/localize';
import {
  cameraContext, CameraController, recogniserContext, RecogniserController, type LiveStatistics, type LiveView,
  type ModelChoiceEvent, type ModelFileEvent, type ModelKeptEvent, type ModelPicker, type ModelRemoveEvent, type PrecisionChoiceEvent,
} from '../../recognise/page/index';
import type { FrameInput } from '../../recognise/shared/index';
import type { OfflineProgress } from '../../base/shared/offline';
import { classInboxContext, FileInbox, imageInboxContext, sessionInboxContext } from '../../base/page/file-inbox';
import { DropController } from './drop/drop-controller';
import { ModelAdoption } from './model-adoption';
import { FieldEscape } from './field-escape';
import { RouteController } from './route-controller';
import { applyTheme } from './appearance';
import { LanguageController } from '../../base/page/language';
import { Follower } from '../../base/page/shared-controller';
import { ShortcutController } from '../../base/page/shortcut-controller';
import { settingsContext, SettingsStore } from '../../base/page/settings';
import type { OfflineProgressEvent, SettingsChangeEvent, SheetEvent, SheetId } from './events';
import { LazyCode, missingCodeText } from '../../base/page/lazy-code';
import { dropStyles, sharedStyles } from '../../base/page/elements/styles';
import { icon } from '../../base/page/elements/icons';
import { LabelBook, labelBookContext, type RecordingStateEvent, SessionStore, sessionStoreContext } from '../../sessions/page/index';
import { APP_SHORTCUTS, type AppAction } from './app-shortcuts';
import { appStyles } from './app-styles';
import { SHEETS, type SheetElement } from './sheets';
import { VIEWS, type ViewId } from './views';
import '../../recognise/page/model/model-picker';
import { CameraRest } from './running/camera-rest';
import { type Running, runningTitle, runningWords } from './running/running-strip';
import './lazy-view';
import './running/running-strip';
import './view-navigation';

function spawnRecogniser(): Worker {
  return new Worker(new URL('../worker/recogniser.worker.ts', import.meta.url), { type: 'module', name: 'recogniser' });
}

/** The whole app: its head, its views and the model picker; takes files dropped anywhere. */
@customElement('sg-app')
@localized()
export class App extends LitElement {
  static override styles = [sharedStyles, appStyles, dropStyles];

  @state() private offline: OfflineProgress | undefined;
  @state() private recording: { readonly seconds: number; readonly halted: boolean } | undefined;
  /** Those that were opened: they stay, and open at once the next time. */
  @state() private sheets: readonly SheetId[] = [];
  @state() private sheetMissing = false;
  @query('sg-live-view') private readonly liveView!: LiveView;
  @query('sg-model-picker') private readonly picker!: ModelPicker;
  @provide({ context: settingsContext }) private readonly settings = new SettingsStore();
  @provide({ context: recogniserContext }) private readonly recogniser = new RecogniserController(this, this.settings, spawnRecogniser);
  @provide({ context: cameraContext }) readonly camera = new CameraController(this);
  private readonly adoption = new ModelAdoption(this, this.recogniser, () => this.picker.show());
  private readonly language = new LanguageController(this, () => this.settings.value.language);
  private readonly route = new RouteController<ViewId>(this, ['live', ...VIEWS.slice(1).map((view) => view.id)]);
  @provide({ context: sessionStoreContext }) readonly sessionStore = new SessionStore();
  @provide({ context: labelBookContext }) readonly labelBook = new LabelBook();
  @provide({ context: imageInboxContext }) private readonly images = new FileInbox(this);
  @provide({ context: sessionInboxContext }) private readonly zips = new FileInbox(this);
  @provide({ context: classInboxContext }) private readonly classes = new FileInbox(this);
  private readonly drops = new DropController(this, () => ({
    view: this.route.current,
    images: this.images,
    sessions: this.zips,
    classes: this.classes,
    go: (view) => this.route.go(view),
    playVideos: (files) => void this.liveView.openVideos(files),
    tryModel: (files) => this.adoption.begin(files),
    onMissing: () => (this.sheetMissing = true),
  }));

  constructor() {
    super();
    new Follower(this, () => [this.settings]);
    new FieldEscape(this);
    new CameraRest(this, () => {
      const { camera, recording } = this;
      return { camera, seen: ['live', 'teach'].includes(this.route.current), recording: recording !== undefined };
    });
    new ShortcutController(this, APP_SHORTCUTS, (action) => this.#onShortcut(action));
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.addEventListener('sg-sheet', this.#onSheet);
    this.addEventListener('sg-class-list', this.#onClassList);
    this.addEventListener('sg-settings-change', this.#onSettings);
    void this.recogniser.start();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.removeEventListener('sg-sheet', this.#onSheet);
    this.removeEventListener('sg-class-list', this.#onClassList);
    this.removeEventListener('sg-settings-change', this.#onSettings);
  }

  override willUpdate(): void {
    applyTheme(this.settings.value.theme);
    const view = VIEWS.find(({ id }) => id === this.route.current);
    const running = this.#running;
    document.title = `${running ? `${runningTitle(running)} – ` : ''}Sightglass${view ? ` – ${view.name()}` : ''}`;
  }

  override render(): unknown {
    const { recogniser, settings, adoption } = this;
    const { loaded } = recogniser;
    const running = this.#running;
    return html`
      <header>
        <h1>Sightglass</h1>
        <sg-head-offers></sg-head-offers>
        <button class="icon" aria-label=${msg('Settings')} title=${msg('Settings')} @click=${() => void this.#open('settings')}>
          ${icon('settings')}
        </button>
        <button class="model" aria-haspopup="dialog" @click=${() => this.picker.show()}>
          ${icon(recogniser.setback ? 'warning' : 'model')}<span>${loaded ? `${loaded.manifest.name} ${loaded.precision}` : msg('Models')}</span>
        </button>
      </header>
      <div class="notices">
        ${this.sheetMissing || this.language.missing
          ? html`<div class="notice" role="alert">
              <p>${missingCodeText()}</p>
              <button @click=${() => this.#dismiss()}>${msg('Close')}</button>
            </div>`
          : nothing}
        ${this.drops.routed ? html`<sg-drop-notice .routed=${this.drops.routed} @close=${() => this.drops.dismiss()}></sg-drop-notice>` : nothing}
        <sg-platform-notices @sg-offline-progress=${(event: OfflineProgressEvent) => (this.offline = event.progress)}></sg-platform-notices>
      </div>
      <main @sg-recording-state=${this.#onRecording}>
        ${VIEWS.map((view) => {
          const active = view.id === this.route.current;
          return view.load
            ? html`<sg-lazy-view ?active=${active} .view=${view}></sg-lazy-view>`
            : view.render(active);
        })}
      </main>
      ${running && this.route.current !== 'live' ? html`<sg-running-strip role="region" aria-label=${runningWords(running)} .running=${running} @sg-stop=${this.#onStop}></sg-running-strip>` : nothing}
      <sg-view-navigation current=${this.route.current}></sg-view-navigation>
      <sg-model-picker
        .catalogue=${recogniser.catalogue}
        .damaged=${recogniser.damaged}
        .loaded=${loaded}
        ?loading=${recogniser.state === 'loading'}
        .adoptProgress=${adoption.progress}
        .adoptFault=${adoption.fault}
        .trial=${adoption.trial}
        .setback=${recogniser.setback}
        .grab=${this.#grab}
        precision=${settings.value.precision}
        .trials=${recogniser.trials}
        @sg-model-choice=${(event: ModelChoiceEvent) => void recogniser.choose(event.modelId, event.precision)}
        @sg-precision-choice=${(event: PrecisionChoiceEvent) => void recogniser.choosePrecision(event.precision)}
        @sg-speed-measure=${() => void recogniser.trials.again()}
        @sg-model-remove=${(event: ModelRemoveEvent) => void adoption.remove(event.modelId)}
        @sg-model-file=${(event: ModelFileEvent) => void adoption.adopt(event.files)}
        @sg-model-kept=${(event: ModelKeptEvent) => void adoption.onKept(event)}
        @sg-model-keep=${() => void adoption.keep()}
        @sg-model-leave=${() => adoption.leave()}
        ><sg-offline-offer slot="offline" .progress=${this.offline} ?all=${settings.value.keepAll}></sg-offline-offer
      ></sg-model-picker>
      ${this.sheets.map((id) => SHEETS[id].render({ capabilities: recogniser.capabilities, statistics: this.#statistics }))}
      ${this.drops.dragging ? html`<div class="drop">${msg('Drop the files: they go where they belong')}</div>` : nothing}
    `;
  }

  readonly #statistics = (): LiveStatistics | undefined => this.liveView.statistics;

  /** What is to be seen in every view; undefined where nothing runs. */
  get #running(): Running | undefined {
    const { recording, camera } = this;
    if (recording) return { kind: 'recording', ...recording };
    return camera.state === 'live' && camera.source !== 'film' ? { kind: camera.source } : undefined;
  }

  readonly #onRecording = ({ recording, seconds, halted }: RecordingStateEvent): void => {
    this.recording = recording ? { seconds, halted } : undefined;
    this.recogniser.threadTrials.held = recording;
  };

  readonly #onStop = (): void => {
    if (this.recording) void this.liveView.recorder?.toggle();
    else this.camera.stop();
  };

  readonly #grab = (): Promise<FrameInput | undefined> => this.liveView.grab();

  async #open(id: SheetId): Promise<void> {
    this.sheetMissing = false;
    if (!(await new LazyCode(this, SHEETS[id].load).load())) {
      this.sheetMissing = true;
      return;
    }
    if (!this.sheets.includes(id)) this.sheets = [...this.sheets, id];
    else this.requestUpdate();
    await this.updateComplete;
    await this.renderRoot.querySelector<SheetElement>(`[data-sheet=${id}]`)?.show();
  }

  #dismiss(): void {
    this.sheetMissing = false;
    this.language.dismiss();
  }

  readonly #onSheet = ({ sheet }: SheetEvent): void => void this.#open(sheet);

  readonly #onClassList = (): void => void this.#open('classes');

  readonly #onSettings = ({ change }: SettingsChangeEvent): void => {
    const { settings, recogniser } = this;
    const before = settings.value;
    if (change === 'reset') settings.reset();
    else settings.update(change);
    const { modelId, precision, engine, threads } = settings.value;
    const other =
      modelId !== before.modelId || precision !== before.precision || engine !== before.engine || threads !== before.threads;
    if (other) void recogniser.start();
    else void recogniser.configure();
  };

  /** @returns false where the key does nothing now */
  #onShortcut(action: AppAction): boolean {
    if (!this.settings.value.shortcuts) return false;
    switch (action) {
      case 'settings':
      case 'status':
      case 'shortcuts':
        void this.#open(action);
        return true;
      case 'models':
        this.picker.show();
        return true;
      default: {
        const view = VIEWS.at(Number(action.slice(-1)) - 1);
        if (!view) return false;
        this.route.go(view.id);
        return true;
      }
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-app': App;
  }
}
