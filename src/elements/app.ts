import { css, html, LitElement } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import { localized, msg } from '@lit/localize';
import { Fault } from '../contract/fault';
import type { LoadProgress } from '../contract/recogniser';
import { CameraController } from '../controllers/camera-controller';
import { RecogniserController } from '../controllers/recogniser-controller';
import { RouteController } from '../controllers/route-controller';
import { SettingsStore } from '../storage/settings';
import type { EngineChoiceEvent } from './events/engine-choice-event';
import type { ModelChoiceEvent } from './events/model-choice-event';
import type { ModelFileEvent } from './events/model-file-event';
import type { ModelRemoveEvent } from './events/model-remove-event';
import type { SmoothingEvent } from './events/smoothing-event';
import { icon } from './shared/icons';
import { sharedStyles } from './shared/styles';
import type { LiveView } from './live/live-view';
import type { ModelPicker } from './model/model-picker';
import { VIEWS, type ViewContext, type ViewId } from './views';
import './model/model-picker';
import './shared/lazy-view';
import './shared/view-navigation';

/** The whole app: its head, the live view and the model picker; takes model files dropped anywhere. */
@customElement('sg-app')
@localized()
export class App extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host {
        display: grid;
        grid-template: auto minmax(0, 1fr) auto / minmax(0, 1fr);
        grid-template-areas: 'head' 'main' 'views';
        height: 100dvh;
        background: var(--sg-background);
      }
      header {
        grid-area: head;
        display: flex;
        align-items: center;
        justify-content: space-between;
        gap: 1rem;
        padding: max(0.5rem, env(safe-area-inset-top)) max(0.75rem, env(safe-area-inset-right)) 0.5rem
          max(0.75rem, env(safe-area-inset-left));
      }
      h1 {
        margin: 0;
        font-size: 1.15rem;
        letter-spacing: -0.01em;
      }
      header button span {
        max-width: 45vw;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      main {
        grid-area: main;
        min-height: 0;
      }
      sg-lazy-view:not([active]) {
        display: none;
      }
      sg-view-navigation {
        grid-area: views;
        padding: 0.25rem max(0.5rem, env(safe-area-inset-right)) max(0.35rem, env(safe-area-inset-bottom))
          max(0.5rem, env(safe-area-inset-left));
      }
      @media (min-width: 48rem) {
        :host {
          grid-template: auto minmax(0, 1fr) / minmax(0, 1fr) auto;
          grid-template-areas: 'head views' 'main main';
        }
        header {
          flex: 1;
        }
        sg-view-navigation {
          align-self: center;
        }
      }
      .drop {
        position: fixed;
        inset: 0.75rem;
        display: grid;
        place-content: center;
        border: 3px dashed var(--sg-accent);
        border-radius: 1.25rem;
        background: color-mix(in srgb, var(--sg-background) 85%, transparent);
        font-size: 1.25rem;
        text-align: center;
        pointer-events: none;
        z-index: 2;
      }
    `,
  ];

  @state() private dragging = false;
  @state() private adoptProgress: LoadProgress | undefined;
  @state() private adoptFault: Fault | undefined;
  @query('sg-live-view') private readonly liveView!: LiveView;
  @query('sg-model-picker') private readonly picker!: ModelPicker;
  private readonly settings = new SettingsStore();
  private readonly recogniser = new RecogniserController(this, this.settings);
  private readonly camera = new CameraController(this);
  private readonly route = new RouteController<ViewId>(this, ['live', ...VIEWS.slice(1).map((view) => view.id)]);
  private readonly views: ViewContext = { recogniser: this.recogniser, camera: this.camera, settings: this.settings };

  override connectedCallback(): void {
    super.connectedCallback();
    this.addEventListener('dragover', this.#onDragOver);
    this.addEventListener('dragleave', this.#onDragLeave);
    this.addEventListener('drop', this.#onDrop);
    void this.recogniser.start();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.removeEventListener('dragover', this.#onDragOver);
    this.removeEventListener('dragleave', this.#onDragLeave);
    this.removeEventListener('drop', this.#onDrop);
  }

  override render(): unknown {
    const { recogniser, settings } = this;
    const { loaded } = recogniser;
    return html`
      <header>
        <h1>Sightglass</h1>
        <button aria-haspopup="dialog" @click=${() => this.picker.show()}>
          ${icon('model')}<span>${loaded ? `${loaded.manifest.name} ${loaded.precision}` : msg('Models')}</span>
        </button>
      </header>
      <main>
        ${VIEWS.map((view) => {
          const active = view.id === this.route.current;
          return view.load
            ? html`<sg-lazy-view ?active=${active} .view=${view} .context=${this.views}></sg-lazy-view>`
            : view.render(this.views, active);
        })}
      </main>
      <sg-view-navigation current=${this.route.current}></sg-view-navigation>
      <sg-model-picker
        .catalogue=${recogniser.catalogue}
        .loaded=${loaded}
        ?loading=${recogniser.state === 'loading'}
        .adoptProgress=${this.adoptProgress}
        .adoptFault=${this.adoptFault}
        engine=${settings.value.engine}
        ?smoothing=${settings.value.smoothing}
        ?hold=${settings.value.hold}
        @sg-model-choice=${(event: ModelChoiceEvent) => void recogniser.choose(event.modelId, event.precision)}
        @sg-engine-choice=${(event: EngineChoiceEvent) => void recogniser.chooseEngine(event.engine)}
        @sg-model-remove=${(event: ModelRemoveEvent) => void recogniser.remove(event.modelId)}
        @sg-model-file=${(event: ModelFileEvent) => void this.#adopt(event.file)}
        @sg-smoothing=${this.#onSmoothing}
      ></sg-model-picker>
      ${this.dragging ? html`<div class="drop">${msg('Drop a video, or a ResNet-18 file (.safetensors or .onnx)')}</div>` : ''}
    `;
  }

  async #adopt(file: File): Promise<void> {
    if (this.adoptProgress) return;
    this.picker.show();
    this.adoptFault = undefined;
    this.adoptProgress = { phase: 'convert', loaded: 0, total: file.size };
    try {
      await this.recogniser.adopt(file, (progress) => (this.adoptProgress = progress));
    } catch (error) {
      this.adoptFault = Fault.from(error, 'model-invalid');
    } finally {
      this.adoptProgress = undefined;
    }
  }

  #onSmoothing({ smoothing, hold }: SmoothingEvent): void {
    this.settings.update({ smoothing, hold });
    void this.recogniser.configure();
    this.requestUpdate();
  }

  readonly #onDragOver = (event: DragEvent): void => {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    this.dragging = true;
  };

  readonly #onDragLeave = (event: DragEvent): void => {
    if (event.relatedTarget === null) this.dragging = false;
  };

  readonly #onDrop = (event: DragEvent): void => {
    event.preventDefault();
    this.dragging = false;
    const file = event.dataTransfer?.files[0];
    if (!file) return;
    if (file.type.startsWith('video/')) {
      this.route.go('live');
      void this.liveView.openFilm(file);
    } else void this.#adopt(file);
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-app': App;
  }
}
