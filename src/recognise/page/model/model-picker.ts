import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { localized, msg, str } from '@lit/localize';
import type { CatalogueEntry } from './model-catalogue';
import type { Fault } from '../../../base/shared/fault';
import { measuredTop1 } from '../../../base/shared/measured';
import type { LoadProgress } from '../../../base/shared/model';
import type { Precision } from '../../../engine/index';
import type { DamagedModel, FrameInput, LoadedModel } from '../../shared/recogniser';
import type { SpeedTrials } from './speed-trials';
import { ClassListEvent, ModelFileEvent, ModelRemoveEvent } from '../events';
import { faultText, sentence } from '../../../base/page/elements/fault-text';
import { fileButtonStyles } from '../../../base/page/elements/form-styles';
import { icon } from '../../../base/page/elements/icons';
import { sheetOpened } from '../../../base/page/elements/open-sheets';
import { sharedStyles } from '../../../base/page/elements/styles';
import './load-progress';
import { isKept } from './kept-models';
import './model-card';
import type { CardSpeeds } from './model-card';
import { compared, type Comparison } from './model-comparison';
import { modelPickerStyles } from './model-picker-styles';
import type { ModelTrial } from './model-trial';

/**
 * A dialog with the models there are, a card each, and own files.
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
  /** SHA-256 of files that are on this device. */
  @state() private kept: ReadonlySet<string> = new Set();
  @query('dialog') private readonly dialog!: HTMLDialogElement;

  show(): void {
    void this.#lookForKept();
    if (this.dialog.open) return;
    this.dialog.showModal();
    sheetOpened(this.dialog);
  }

  close(): void {
    this.dialog.close();
  }

  override updated(changed: PropertyValues<this>): void {
    if (changed.has('catalogue') || changed.has('loaded') || changed.has('loading')) void this.#lookForKept();
  }

  override render(): unknown {
    const comparison = this.#compared();
    return html`<dialog aria-labelledby="title" @click=${this.#onBackdrop}>
      <div class="head">
        <h2 id="title">${msg('Models')}</h2>
        <button class="icon" aria-label=${msg('Close')} @click=${() => this.close()}>${icon('close')}</button>
      </div>
      ${this.setback ? this.#setback(this.setback) : nothing}
      <ul>
        ${this.catalogue.map((entry) => this.#card(entry, comparison))}
        ${this.damaged.map((model) => this.#damagedRow(model))}
      </ul>
      <p class="known"><button @click=${() => this.dispatchEvent(new ClassListEvent())}>${msg('What it knows')}</button></p>
      <slot name="offline"></slot>
      ${this.#file()}
    </dialog>
    <sg-model-sheet .trial=${this.trial} .grab=${this.grab} @close=${() => this.dispatchEvent(new Event('sg-model-leave'))}></sg-model-sheet>`;
  }

  #card(entry: CatalogueEntry, { betterNames, quickest }: Comparison): unknown {
    const { manifest } = entry;
    const { trials } = this;
    const runs = this.loaded?.manifest.id === manifest.id;
    const rival = runs && trials?.possible ? trials.rival : undefined;
    const speeds: CardSpeeds = {
      known: trials?.known(manifest) ?? [],
      measuring: runs && (trials?.measuring ?? false),
      fetches: rival && (this.kept.has(rival.sha256) ? 0 : rival.bytes),
    };
    return html`<li data-model=${manifest.id} class=${runs ? 'runs' : ''}>
      <sg-model-card
        .entry=${entry}
        .loaded=${this.loaded}
        ?loading=${this.loading}
        precision=${this.precision}
        .automatic=${trials?.automatic(manifest)}
        .speeds=${speeds}
        .kept=${this.kept}
        ?better-names=${betterNames === manifest.id}
        ?quickest=${quickest === manifest.id}
      ></sg-model-card>
    </li>`;
  }

  /** Models of the page are compared with each other: nothing was measured of a person's own. */
  #compared(): Comparison {
    const { trials } = this;
    return compared(
      this.catalogue.map(({ manifest }) => {
        const speeds = trials?.known(manifest) ?? [];
        const variant = trials?.automatic(manifest) ?? manifest.variants[0];
        return { id: manifest.id, accuracy: measuredTop1(variant.sha256), ms: speeds.length > 0 ? Math.min(...speeds.map(({ ms }) => ms)) : undefined };
      }),
    );
  }

  /** Finds out which files are on the device. */
  async #lookForKept(): Promise<void> {
    const variants = this.catalogue.flatMap((entry) => entry.manifest.variants.map((variant) => ({ entry, variant })));
    const there = await Promise.all(variants.map(({ entry, variant }) => isKept(entry, variant)));
    this.kept = new Set(variants.filter((_, i) => there[i]).map(({ variant }) => variant.sha256));
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

  #file(): unknown {
    const fault = this.adoptFault;
    return html`<section>
      <p>
        ${msg('Your own image classifier: drop an .onnx file, or the weights of a ResNet-18 or -34 (.safetensors, .pt, .pth, .ckpt, .bin), anywhere on the page, or choose one; files with its weights, and class names as labels.txt or config.json, come together with it. It is checked, and kept on this device only.')}
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
