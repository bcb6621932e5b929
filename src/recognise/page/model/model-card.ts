import { html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { localized, msg, str } from '@lit/localize';
import { measuredTop1 } from '../../../base/shared/measured';
import type { ModelVariant } from '../../../base/shared/model';
import { decimal, fileSize, list, milliseconds, percent } from '../../../base/page/elements/format';
import { icon } from '../../../base/page/elements/icons';
import { sharedStyles } from '../../../base/page/elements/styles';
import type { Precision } from '../../../engine/index';
import { featureModelOf } from '../../shared/feature-model';
import type { LoadedModel } from '../../shared/recogniser';
import type { Speed } from '../../shared/speed';
import { ModelChoiceEvent, ModelKeptEvent, ModelRemoveEvent, PrecisionChoiceEvent, SpeedMeasureEvent } from '../events';
import type { CatalogueEntry } from './model-catalogue';
import { modelCardStyles } from './model-card-styles';
import { originWords } from './origin-words';

/** What is measured of the speed of a model, and how. */
export interface CardSpeeds {
  /** Of each precision that has run on this device. */
  readonly known: readonly Speed[];
  readonly measuring: boolean;
  /** Bytes that measuring fetches, 0 for none; undefined where nothing can be measured against each other. */
  readonly fetches: number | undefined;
}

const tenth = (share: number): string => decimal(100 * share, 1);

/** What is known of how right a file's labels are; undefined where that is nothing. */
function qualityWords({ sha256, accuracy, quantisation }: ModelVariant): string | undefined {
  const measured = measuredTop1(sha256);
  if (measured) {
    const { top1, low, high, of } = measured;
    return msg(str`Names ${tenth(top1)} % of ${of} labelled pictures right (95 % interval: ${tenth(low)} to ${tenth(high)} %)`);
  }
  if (accuracy) {
    const { top1, top5, dataset } = accuracy;
    // The only one that the app's own lists name.
    const where = dataset === 'ImageNet-1k validation (published)' ? msg('ImageNet-1k validation, as published') : dataset;
    return `${list([`${msg('top-1')} ${percent(top1)}`, ...(top5 === undefined ? [] : [`${msg('top-5')} ${percent(top5)}`])])} · ${where}`;
  }
  const agreement = quantisation?.agreement;
  return agreement && msg(str`the same first label as fp32 on ${agreement.same} of ${agreement.of} pictures`);
}

/**
 * A model that can be chosen: what is known of it, measured where it was, and in which precision it runs.
 *
 * @event sg-model-choice - it was chosen
 * @event sg-model-kept - a kept model is to be corrected, or given as a file
 * @event sg-model-remove - a kept model is to be removed
 * @event sg-precision-choice - it runs, and is to run in another precision, or in the quicker one
 * @event sg-speed-measure - its precisions are to be timed
 */
@customElement('sg-model-card')
@localized()
export class ModelCard extends LitElement {
  static override styles = [sharedStyles, modelCardStyles];

  @property({ attribute: false }) entry: CatalogueEntry | undefined;
  @property({ attribute: false }) loaded: LoadedModel | undefined;
  @property({ type: Boolean }) loading = false;
  /** What a person has chosen, of the model that runs. */
  @property() precision: Precision | 'auto' = 'auto';
  /** What runs where nothing is chosen. */
  @property({ attribute: false }) automatic: ModelVariant | undefined;
  @property({ attribute: false }) speeds: CardSpeeds = { known: [], measuring: false, fetches: undefined };
  /** SHA-256 of files that are on this device. */
  @property({ attribute: false }) kept: ReadonlySet<string> = new Set();
  @property({ type: Boolean, attribute: 'better-names' }) betterNames = false;
  @property({ type: Boolean }) quickest = false;
  /** Of a model that does not run. */
  @state() private wanted: Precision | 'auto' = 'auto';

  override render(): unknown {
    const { entry } = this;
    if (!entry) return nothing;
    const { manifest, location } = entry;
    const { name, kernels } = manifest;
    return html`<div class="about">
        <h3>${name}${this.betterNames ? html` <span class="badge" data-badge="names">${msg('better names')}</span>` : nothing}${this.quickest
          ? html` <span class="badge" data-badge="speed">${msg('quickest here')}</span>`
          : nothing}</h3>
        <p class="quality">${this.#quality()}</p>
        ${this.#speed()}
        <p>${this.#size()} · ${featureModelOf(manifest, '') ? msg('can be taught') : msg('cannot be taught')}</p>
        ${location.kind === 'memory'
          ? html`<p class="uncovered held">${msg('Not kept: this browser keeps no files here, as in a private window. It is gone when this page is closed.')}</p>`
          : nothing}
        ${kernels?.runs === false
          ? html`<p class="uncovered">${msg(str`Runs on onnxruntime: our own kernels do not know its ${kernels.operator}`)} <span lang="en">(${kernels.reason})</span></p>`
          : nothing}
        <p>${msg('Licence')}${msg(': ')}<span>${originWords(manifest.licence)} · ${originWords(manifest.source)}</span></p>
      </div>
      <div class="actions">
        ${this.#runs
          ? html`<strong>${msg('Runs now')}</strong>`
          : html`<button ?disabled=${this.loading} aria-label=${`${msg('Use')} ${name}`} @click=${() => this.dispatchEvent(new ModelChoiceEvent(manifest.id, this.wanted))}>${msg('Use')}</button>`}
        ${location.kind === 'site' ? nothing : this.#own(manifest.id, name)}
      </div>
      ${this.#precisions()}`;
  }

  get #runs(): boolean {
    return this.loaded !== undefined && this.loaded.manifest.id === this.entry?.manifest.id;
  }

  /** The file that runs, or would. */
  get #variant(): ModelVariant | undefined {
    const wanted = this.#runs ? this.loaded?.precision : this.wanted === 'auto' ? this.automatic?.precision : this.wanted;
    const { variants } = this.entry?.manifest ?? {};
    return variants?.find(({ precision }) => precision === wanted) ?? variants?.at(0);
  }

  #quality(): string {
    const own = this.#variant && qualityWords(this.#variant);
    if (own) return own;
    // Another precision may name a few more or fewer right: whose figure it is stands before it.
    const reference = this.entry?.manifest.variants.at(0);
    const words = reference && qualityWords(reference);
    return words ? `${reference.precision}: ${words}` : msg('Accuracy: not measured');
  }

  #speed(): unknown {
    const { known } = this.speeds;
    if (known.length === 0) return html`<p class="speed">${msg('Speed on this device: not measured yet')}</p>`;
    return known.map(
      ({ precision, engine, ms }) => html`<p class="speed" data-precision=${precision}>
        ${msg(str`${precision}: ${milliseconds(ms)} a picture on this device`)} (${engine === 'simd' ? msg('own SIMD') : 'onnxruntime'})
      </p>`,
    );
  }

  #size(): string {
    const variant = this.#variant;
    if (!variant) return '';
    const { kind } = this.entry?.location ?? {};
    if (kind === 'memory') return fileSize(variant.bytes);
    const here = kind === 'device' || this.kept.has(variant.sha256);
    return here ? msg(str`${fileSize(variant.bytes)}, on this device`) : msg(str`${fileSize(variant.bytes)}, fetched when it is used`);
  }

  #own(id: string, name: string): unknown {
    const button = (label: string, image: Parameters<typeof icon>[0], event: () => Event): unknown =>
      html`<button class="icon" aria-label=${label} @click=${() => this.dispatchEvent(event())}>${icon(image)}</button>`;
    return html`${button(msg(str`Correct ${name}`), 'pencil', () => new ModelKeptEvent(id, 'correct'))}
    ${button(msg(str`Save ${name} as a file`), 'download', () => new ModelKeptEvent(id, 'export'))}
    ${button(`${msg('Remove')} ${name}`, 'trash', () => new ModelRemoveEvent(id))}`;
  }

  #precisions(): unknown {
    const { manifest } = this.entry ?? {};
    if (!manifest || manifest.variants.length < 2) return nothing;
    const chosen = this.#runs ? this.precision : this.wanted;
    const { measuring, fetches, known } = this.speeds;
    return html`<div class="precision">
      <label
        >${msg('Precision')}<select name="precision" ?disabled=${this.loading} @change=${this.#onPrecision}>
          <option value="auto" ?selected=${chosen === 'auto'}>${msg(str`automatic (${this.automatic?.precision ?? manifest.variants[0].precision})`)}</option>
          ${manifest.variants.map(({ precision, bytes }) => html`<option value=${precision} ?selected=${chosen === precision}>${precision} · ${fileSize(bytes)}</option>`)}
        </select></label
      >
      ${this.#runs && fetches !== undefined
        ? html`<button name="measure" ?disabled=${measuring} @click=${() => this.dispatchEvent(new SpeedMeasureEvent())}>
            ${measuring ? msg('Measuring …') : fetches > 0 ? msg(str`Measure (fetches ${fileSize(fetches)})`) : known.length > 1 ? msg('Measure again') : msg('Measure')}
          </button>`
        : nothing}
    </div>`;
  }

  #onPrecision(event: Event): void {
    const precision = (event.target as HTMLSelectElement).value as Precision | 'auto';
    // Shown while it is being loaded, too.
    this.wanted = precision;
    if (this.#runs) this.dispatchEvent(new PrecisionChoiceEvent(precision));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-model-card': ModelCard;
  }
}
