import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { consume } from '@lit/context';
import { localized, msg, str } from '@lit/localize';
import { LONGEST_LABEL, nameOf, sameLabel, type LabelRef } from '../../../base/shared/labels/label-ref';
import { isSure } from '../../../base/shared/certainty';
import { Fault } from '../../../base/shared/fault';
import { labelText } from '../../../base/page/language';
import { settingsContext, type SettingsStore } from '../../../base/page/settings';
import { faultText } from '../../../base/page/elements/fault-text';
import { fieldStyles } from '../../../base/page/elements/form-styles';
import { sharedStyles } from '../../../base/page/elements/styles';
import { labelOfClass } from '../../shared/dataset/classes';
import type { ChosenStill, DatasetDefinition } from '../../shared/dataset/dataset';
import { chooseStill, labelsOfStill, shownStill, takesStills, type KeptStill } from '../../shared/dataset/still';
import { DatasetChangeEvent } from '../events';
import type { StillReader } from '../still-source';
import { datasetGridStyles } from './dataset-grid-styles';
import { disclosureStyles } from './dataset-styles';

/** Pictures that are shown at once. */
const PAGE = 48;

/**
 * The pictures of a kept training set that are of no session: a tap takes one of those that the app keeps, with the label that is written above
 * them or, where none is, with what was recognised in it; a second tap leaves it out.
 *
 * @event sg-dataset-change - others are wanted
 */
@customElement('sg-dataset-stills')
@localized()
export class DatasetStills extends LitElement {
  static override styles = [
    sharedStyles,
    fieldStyles,
    disclosureStyles,
    datasetGridStyles,
    css`
      :host {
        display: block;
      }
      .chosen {
        border-color: var(--sg-accent);
      }
      .bare {
        display: grid;
        place-content: center;
        height: 100%;
        padding: 0.3rem;
        overflow: hidden;
        font-size: var(--sg-size-xs);
        overflow-wrap: anywhere;
      }
    `,
  ];

  @consume({ context: settingsContext }) readonly settings!: SettingsStore;
  @property({ attribute: false }) definition!: DatasetDefinition;
  @property({ attribute: false }) source!: StillReader;
  @state() private kept: readonly KeptStill[] | undefined;
  @state() private fault: Fault | undefined;
  @state() private words = '';
  @state() private shown = PAGE;
  /** What hinders the tap that was made last. */
  @state() private lack: 'label' | 'long' | undefined;
  @query('details') private readonly details!: HTMLDetailsElement | null;
  readonly #addresses = new Map<Blob, string>();

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#put(undefined);
  }

  /** Pictures that were read anew are other blobs: addresses of those before would hold them for good. */
  #put(kept: readonly KeptStill[] | undefined): void {
    for (const address of this.#addresses.values()) URL.revokeObjectURL(address);
    this.#addresses.clear();
    this.kept = kept;
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('source')) void this.#load();
  }

  override render(): unknown {
    const { stills } = this.definition;
    return html`<details @toggle=${this.#load}>
      <summary>${msg(str`Pictures by themselves (${stills.length})`)}</summary>
      ${this.fault ? html`<p class="fault" role="alert">${faultText(this.fault.code).title}. ${faultText(this.fault.code).advice}</p>` : nothing} ${this.kept ? this.#pictures(this.kept) : nothing}
    </details>`;
  }

  #pictures(kept: readonly KeptStill[]): unknown {
    const { definition, shown, lack } = this;
    const there = new Set(kept.map(({ key }) => key));
    const gone = definition.stills.some(({ key }) => !there.has(key));
    const more = kept.length - shown;
    if (kept.length === 0 && !gone) return html`<p>${msg('There are none yet: what you drop or keep under Pictures can be taken here.')}</p>`;
    return html`<div class="head">
        <label
          >${msg('Label for the picture that you tap')}
          <input type="text" list="labels" autocomplete="off" placeholder=${msg('as recognised')} .value=${this.words} @input=${(event: Event) => (this.words = (event.target as HTMLInputElement).value)} />
          <datalist id="labels">${definition.classes.filter(({ from }) => from.length > 0).map(({ name }) => html`<option value=${name}></option>`)}</datalist>
        </label>
      </div>
      <div role="alert">${lack === undefined ? nothing : html`<p class="fault">${lack === 'label' ? msg('Nothing was recognised in it for sure: write its label first, and tap it again.') : msg(str`A label has ${LONGEST_LABEL} characters at most.`)}</p>`}</div>
      ${takesStills(definition.pictures) ? nothing : html`<p>${msg('They are taken where the labels are yours.')}</p>`}
      <ul>
        ${kept.slice(0, shown).map((still) => this.#picture(still))}
      </ul>
      ${more > 0 ? html`<button type="button" @click=${() => (this.shown += PAGE)}>${msg(str`Show ${Math.min(PAGE, more)} more`)}</button>` : nothing}`;
  }

  #picture(still: KeptStill): unknown {
    const chosen = shownStill(this.definition, still.key);
    const label = chosen ? labelText(chosen.label) : '';
    const words = [still.name, label].filter((each) => each !== '').join(', ');
    const image = still.thumbnail ?? (still.file.type.startsWith('image/') ? still.file : undefined);
    return html`<li>
      <button type="button" data-key=${still.key} class=${chosen ? 'chosen' : ''} aria-pressed=${chosen ? 'true' : 'false'} aria-label=${words} title=${words} @click=${() => this.#tap(still, chosen)}>
        ${image ? html`<img alt="" loading="lazy" src=${this.#address(image)} />` : html`<span class="bare">${still.name}</span>`} ${chosen ? html`<span class="state">${label}</span>` : nothing}
      </button>
    </li>`;
  }

  /** A tap with another label says that one instead. */
  #tap(still: KeptStill, chosen: ChosenStill | undefined): void {
    const written = nameOf(this.words);
    this.lack = written.length > LONGEST_LABEL ? 'long' : undefined;
    if (this.lack) return;
    const label = written === '' ? undefined : this.#labelOf(written);
    if (chosen && (!label || sameLabel(label, chosen.label))) {
      this.#tell(still.key);
      return;
    }
    const guess = labelsOfStill(still).find((first) => isSure(first, this.settings.value.certainty));
    if (label) this.#tell(still.key, { key: still.key, label });
    else if (guess) this.#tell(still.key, { key: still.key, label: { name: guess.name, ...(guess.index !== undefined && { index: guess.index }) }, accepted: true });
    else this.lack = 'label';
  }

  /** The label of a class that is called so, where the set has one. */
  #labelOf(name: string): LabelRef {
    const known = this.definition.classes.find((one) => one.from.length > 0 && one.name === name);
    return (known && labelOfClass(known)) ?? { name };
  }

  #tell(key: number, chosen?: ChosenStill): void {
    this.dispatchEvent(new DatasetChangeEvent(chooseStill(this.definition, key, chosen, this.kept ?? [])));
  }

  async #load(): Promise<void> {
    const { source, details } = this;
    if (!details?.open) return;
    try {
      const kept = await source.all();
      if (this.isConnected && source === this.source) this.#put(kept);
      this.fault = undefined;
    } catch (error) {
      this.fault = Fault.from(error, 'storage-failed');
    }
  }

  #address(image: Blob): string {
    const known = this.#addresses.get(image);
    if (known !== undefined) return known;
    const address = URL.createObjectURL(image);
    this.#addresses.set(image, address);
    return address;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-dataset-stills': DatasetStills;
  }
}
