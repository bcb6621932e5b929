import { html, LitElement, nothing } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { localized, msg, str } from '@lit/localize';
import type { CatalogueEntry } from './model-catalogue';
import type { Fault } from '../../../base/shared/fault';
import type { Accuracy, ModelVariant, LoadProgress } from '../../../base/shared/model';
import type { Precision } from '../../../engine/index';
import type { DamagedModel, FrameInput, LoadedModel } from '../../shared/recogniser';
import type { SpeedTrials } from './speed-trials';
import { ClassListEvent, ModelChoiceEvent, ModelFileEvent, ModelKeptEvent, ModelRemoveEvent } from '../events';
import { faultText, sentence } from '../../../base/page/elements/fault-text';
import { fileSize, list, milliseconds, percent } from '../../../base/page/elements/format';
import { fileButtonStyles } from '../../../base/page/elements/form-styles';
import { icon } from '../../../base/page/elements/icons';
import { sharedStyles } from '../../../base/page/elements/styles';
import './load-progress';
import { modelPickerStyles } from './model-picker-styles';
import './model-sheet';
import type { ModelTrial } from './model-trial';
import './precision-choice';

function accuracyWords({ top1, top5, dataset }: Accuracy): string {
  const second = top5 === undefined ? [] : [`${msg('top-5')} ${percent(top5)}`];
  // The only one that the app's own lists name.
  const where = dataset === 'ImageNet-1k validation (published)' ? msg('ImageNet-1k validation, as published') : dataset;
  return `${list([`${msg('top-1')} ${percent(top1)}`, ...second])} · ${where}`;
}

/** What is known of how right a variant's labels are. */
function qualityWords({ accuracy, quantisation }: ModelVariant): string {
  if (accuracy) return accuracyWords(accuracy);
  const agreement = quantisation?.agreement;
  if (!agreement) return msg('accuracy not measured');
  return msg(str`the same first label as fp32 on ${agreement.same} of ${agreement.of} pictures`);
}

/**
 * A dialog with the models there are: which runs, licence, size and accuracy, and own files.
 *
 * @event sg-class-list - what is known is to be shown
 * @event sg-model-choice - a model was chosen
 * @event sg-model-file - a model file was chosen
 * @event sg-model-keep - the file that was tried is to be kept
 * @event sg-model-kept - a kept model is to be corrected, or given as a file
 * @event sg-model-leave - the file that was tried is not to be kept
 * @event sg-model-remove - a kept model is to be removed
 * @event sg-precision-choice - the quicker precision is to be taken, or the one that runs to stay
 * @event sg-speed-measure - the precisions are to be timed
 */
@customElement('sg-model-picker')
@localized()
export class ModelPicker extends LitElement {
  static override styles = [sharedStyles, fileButtonStyles, modelPickerStyles];

  @property({ attribute: false }) catalogue: readonly CatalogueEntry[] = [];
  /** Kept models that cannot be read. */
  @property({ attribute: false }) damaged: readonly DamagedModel[] = [];
  @property({ attribute: false }) loaded: LoadedModel | undefined;
  @property({ type: Boolean }) loading = false;
  @property({ attribute: false }) adoptProgress: LoadProgress | undefined;
  @property({ attribute: false }) adoptFault: Fault | undefined;
  /** A kept model that could not be started. */
  @property({ attribute: false }) setback: { readonly name: string; readonly fault: Fault } | undefined;
  /** A file that was tried and waits for a person's word. */
  @property({ attribute: false }) trial: ModelTrial | undefined;
  /** Gives what the camera sees now. */
  @property({ attribute: false }) grab: (() => Promise<FrameInput | undefined>) | undefined;
  @property() precision: Precision | 'auto' = 'auto';
  /** Which precision is the quicker; the owner updates this element when it changes. */
  @property({ attribute: false, hasChanged: () => true }) trials: SpeedTrials | undefined;
  @query('dialog') private readonly dialog!: HTMLDialogElement;

  show(): void {
    if (!this.dialog.open) this.dialog.showModal();
  }

  close(): void {
    this.dialog.close();
  }

  override render(): unknown {
    return html`<dialog aria-labelledby="title" @click=${this.#onBackdrop}>
      <div class="head">
        <h2 id="title">${msg('Models')}</h2>
        <button class="icon" aria-label=${msg('Close')} @click=${() => this.close()}>${icon('close')}</button>
      </div>
      <ul>
        ${this.catalogue.flatMap((entry) => entry.manifest.variants.map((variant) => this.#row(entry, variant)))}
        ${this.damaged.map((model) => this.#damagedRow(model))}
      </ul>
      <p class="known"><button @click=${() => this.dispatchEvent(new ClassListEvent())}>${msg('What it knows')}</button></p>
      ${this.#precision()}
      ${this.setback ? this.#setback(this.setback) : nothing}
      ${this.#file()}
    </dialog>
    <sg-model-sheet .trial=${this.trial} .grab=${this.grab} @close=${() => this.dispatchEvent(new Event('sg-model-leave'))}></sg-model-sheet>`;
  }

  #row({ manifest, location }: CatalogueEntry, variant: ModelVariant): unknown {
    const runs = this.loaded?.manifest.id === manifest.id && this.loaded.precision === variant.precision;
    // Floats are computed alike, however they are stored.
    const alike = (a: Precision, b: Precision): boolean => (a === 'int8') === (b === 'int8');
    const isHere = this.loaded?.manifest.id === manifest.id;
    const speed = isHere ? this.trials?.speeds.find((s) => alike(s.precision, variant.precision)) : undefined;
    return html`<li data-model=${manifest.id} data-precision=${variant.precision} class=${runs ? 'runs' : ''}>
      <div>
        <h3>${manifest.name} <span>${variant.precision}</span></h3>
        <p>${fileSize(variant.bytes)} · ${qualityWords(variant)}</p>
        ${speed
          ? html`<p class="speed">
              ${msg(str`${milliseconds(speed.ms)} a picture on this device`)}
              (${speed.engine === 'simd' ? msg('own SIMD') : 'onnxruntime'})
            </p>`
          : nothing}
        ${manifest.kernels?.runs === false
          ? html`<p class="uncovered" title=${manifest.kernels.reason}>${msg(str`Runs on onnxruntime: our own kernels do not know its ${manifest.kernels.operator}`)}</p>`
          : nothing}
        <p>${msg('Licence')}${msg(': ')}<span lang="en">${manifest.licence} · ${manifest.source}</span></p>
      </div>
      <div class="actions">
        ${runs
          ? html`<strong>${msg('Runs now')}</strong>`
          : html`<button
              ?disabled=${this.loading}
              aria-label=${`${msg('Use')} ${manifest.name} ${variant.precision}`}
              @click=${() => this.dispatchEvent(new ModelChoiceEvent(manifest.id, variant.precision))}
            >
              ${msg('Use')}
            </button>`}
        ${location.kind === 'device'
          ? html`<button class="icon" aria-label=${msg(str`Correct ${manifest.name}`)} @click=${() => this.dispatchEvent(new ModelKeptEvent(manifest.id, 'correct'))}>${icon('pencil')}</button>
            <button class="icon" aria-label=${msg(str`Save ${manifest.name} as a file`)} @click=${() => this.dispatchEvent(new ModelKeptEvent(manifest.id, 'export'))}>${icon('download')}</button>
            ${this.#remove(manifest.id, manifest.name)}`
          : nothing}
      </div>
    </li>`;
  }

  #damagedRow({ id, name = id }: DamagedModel): unknown {
    return html`<li data-model=${id} class="damaged">
      <div>
        <h3>${name}</h3>
        <p>${msg('This kept model is damaged and cannot be run. Choose or drop its file once more to repair it, or remove it.')}</p>
      </div>
      <div class="actions">${this.#remove(id, name)}</div>
    </li>`;
  }

  #remove(id: string, name: string): unknown {
    return html`<button class="icon" aria-label=${`${msg('Remove')} ${name}`} @click=${() => this.dispatchEvent(new ModelRemoveEvent(id))}>${icon('trash')}</button>`;
  }

  #setback({ name, fault }: NonNullable<ModelPicker['setback']>): unknown {
    return html`<p role="alert" class="fault setback" data-code=${fault.code}>
      <strong>${msg(str`${name} could not be started, so another model runs.`)}</strong> <span lang="en">${fault.message}</span>
      ${msg('Remove it, or choose it to try once more.')}
    </p>`;
  }

  #precision(): unknown {
    const { trials, loaded } = this;
    if (!loaded || !trials?.rival) return nothing;
    return html`<sg-precision-choice
      precision=${this.precision}
      running=${loaded.precision}
      .speeds=${trials.speeds}
      ?measuring=${trials.measuring}
      ?measurable=${trials.possible}
    ></sg-precision-choice>`;
  }

  #file(): unknown {
    const fault = this.adoptFault;
    return html`<section>
      <p>
        ${msg('Your own image classifier: drop an .onnx file, or the weights of a ResNet-18 or -34 (.safetensors, .pt, .pth), anywhere on the page, or choose one; files with its weights, and class names as labels.txt or config.json, come together with it. It is checked, and kept on this device only.')}
      </p>
      ${this.adoptProgress
        ? html`<sg-load-progress .progress=${this.adoptProgress}></sg-load-progress>`
        : html`<label class="file">
            ${icon('upload')}${msg('Choose a file')}
            <input class="visually-hidden" type="file" multiple accept=".onnx,.data,.onnx_data,.bin,.safetensors,.pt,.pth,.ckpt,.txt,.csv,.json" @change=${this.#onFile} />
          </label>`}
      ${fault
        ? html`<p role="alert" class="fault" data-code=${fault.code}>
            <strong>${sentence(faultText(fault.code).title)}</strong> <span lang="en">${fault.message}</span> ${faultText(fault.code).advice}
          </p>`
        : nothing}
    </section>`;
  }

  #onFile(event: Event): void {
    const input = event.target as HTMLInputElement;
    const files = [...(input.files ?? [])];
    if (files.length > 0) this.dispatchEvent(new ModelFileEvent(files));
    input.value = '';
  }

  /** A click beside the dialog closes it. */
  #onBackdrop(event: MouseEvent): void {
    if (event.target === this.dialog) this.close();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-model-picker': ModelPicker;
  }
}
