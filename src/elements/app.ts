import { css, html, LitElement } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import { localized, msg } from '@lit/localize';
import { Fault } from '../contract/fault';
import type { LoadProgress } from '../contract/recogniser';
import { RecogniserController } from '../controllers/recogniser-controller';
import { SettingsStore } from '../storage/settings';
import type { EngineChoiceEvent } from './events/engine-choice-event';
import type { ModelChoiceEvent } from './events/model-choice-event';
import type { ModelFileEvent } from './events/model-file-event';
import type { ModelRemoveEvent } from './events/model-remove-event';
import type { SmoothingEvent } from './events/smoothing-event';
import { icon } from './shared/icons';
import { sharedStyles } from './shared/styles';
import type { ModelPicker } from './model/model-picker';
import './live/live-view';
import './model/model-picker';

/** The whole app: its head, the live view and the model picker; takes model files dropped anywhere. */
@customElement('sg-app')
@localized()
export class App extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host {
        display: grid;
        grid-template-rows: auto 1fr;
        height: 100dvh;
        background: var(--sg-background);
      }
      header {
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
        min-height: 0;
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
  @query('sg-model-picker') private readonly picker!: ModelPicker;
  private readonly settings = new SettingsStore();
  private readonly recogniser = new RecogniserController(this, this.settings);

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
        <sg-live-view
          .recogniser=${recogniser}
          .settings=${settings}
          .recogniserState=${`${recogniser.state}/${recogniser.progress?.phase ?? ''}/${recogniser.progress?.loaded ?? 0}`}
        ></sg-live-view>
      </main>
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
      ${this.dragging ? html`<div class="drop">${msg('Drop a ResNet-18 file (.safetensors or .onnx)')}</div>` : ''}
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
    if (file) void this.#adopt(file);
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-app': App;
  }
}
