import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { consume } from '@lit/context';
import { localized, msg, str } from '@lit/localize';
import { recogniserContext, type RecogniserController } from '../../../recognise/page/index';
import { labelOfClass } from '../../shared/dataset/classes';
import type { DatasetClass, DatasetDefinition } from '../../shared/dataset/dataset';
import { partsBeside, type SeenFold } from '../../shared/dataset/look-through';
import { DatasetChangeEvent } from '../events';
import type { SessionTransfer } from '../library/session-transfer';
import { faultText } from '../../../base/page/elements/fault-text';
import { fieldStyles } from '../../../base/page/elements/form-styles';
import { icon } from '../../../base/page/elements/icons';
import { sharedStyles } from '../../../base/page/elements/styles';
import { datasetGridStyles } from './dataset-grid-styles';
import { PictureLook } from './picture-look';

/** Pictures of a class that are shown at once. */
const PAGE = 48;
/** What a tap does: leaves a picture out, or gives it the class of this number. */
type TapMode = 'out' | number;
type Fixes = Pick<DatasetDefinition, 'leftOut' | 'given'>;

/**
 * The pictures of a training set by class, the least sure first and near-copies as one: a wrong one is fixed by a tap, left out or given
 * another label, and each tap can be taken back.
 *
 * @event sg-dataset-change - pictures were fixed
 */
@customElement('sg-dataset-grid')
@localized()
export class DatasetGrid extends LitElement {
  static override styles = [sharedStyles, fieldStyles, datasetGridStyles];

  @consume({ context: recogniserContext }) readonly recogniser!: RecogniserController;
  @property({ attribute: false }) definition!: DatasetDefinition;
  @property({ attribute: false }) transfer!: SessionTransfer;
  @state() private mode: TapMode = 'out';
  /** What was fixed before each tap. */
  @state() private steps: readonly Fixes[] = [];
  /** How many of each class are shown. */
  @state() private shown: ReadonlyMap<number, number> = new Map();
  private readonly pictures = new PictureLook(this, () => this.recogniser);
  readonly #addresses = new Map<Blob, string>();
  /** What the pictures were taken by: by other rules they are others. */
  #taken = '';

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#forget();
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('definition') || this.#taken === '' || this.#taken === this.#rules) return;
    this.#forget();
    this.pictures.clear();
  }

  override render(): unknown {
    const { pictures, steps } = this;
    const { progress, fault, folds } = pictures;
    return html`<div class="head">
        ${folds
          ? this.#modes()
          : html`<button type="button" data-command="look" ?disabled=${progress !== undefined} @click=${() => this.#look()}>${icon('pictures')}${msg('Look through the pictures')}</button>`}
        <button type="button" data-command="undo" ?hidden=${!folds} ?disabled=${steps.length === 0} @click=${() => this.#undo()}>${icon('undo')}${msg('Undo')}</button>
      </div>
      <div role="status">
        ${progress === undefined ? nothing : html`<p>${msg('Taking the pictures and looking at each')}</p><progress max="1" value=${progress}></progress><button type="button" @click=${() => pictures.clear()}>${msg('Cancel')}</button>`}
        ${folds ? html`<p>${this.#words()}</p>` : nothing}
      </div>
      ${fault ? html`<p class="fault" role="alert" data-code=${fault.code}>${faultText(fault.code).title}. ${faultText(fault.code).advice}</p>` : nothing}
      ${folds ? [...folds].map(([id, list]) => this.#class(id, list)) : nothing} ${this.#parts()}`;
  }

  #modes(): unknown {
    const choose = (event: Event): void => {
      const { value } = event.target as HTMLSelectElement;
      this.mode = value === 'out' ? 'out' : Number(value);
    };
    return html`<label
      >${msg('A tap on a picture')}
      <select @change=${choose}>
        <option value="out" ?selected=${this.mode === 'out'}>${msg('leaves it out')}</option>
        ${this.#choices.map(({ id, name }) => html`<option value=${id} ?selected=${this.mode === id}>${msg(str`says: it is ${name}`)}</option>`)}
      </select>
    </label>`;
  }

  #words(): string {
    const { featured, part } = this.pictures;
    const order = featured ? msg('The least sure stand first, near-copies are one.') : msg('The least sure stand first. The network gives no features: near-copies are not told.');
    return part && part.count < part.total ? `${order} ${msg(str`Pictures ${part.from + 1} to ${part.from + part.count} of ${part.total}.`)}` : order;
  }

  /** The way to pictures that are not looked through at once with these. */
  #parts(): unknown {
    const { part, folds } = this.pictures;
    if (!part || !folds) return nothing;
    const { before, behind } = partsBeside(part);
    const button = (from: number | undefined, words: string): unknown => (from === undefined ? nothing : html`<button type="button" @click=${() => this.#look(from)}>${words}</button>`);
    return html`<div class="parts">${button(before, msg('Pictures before these'))} ${button(behind, msg('Look through the next pictures'))}</div>`;
  }

  #class(id: number, folds: readonly SeenFold[]): unknown {
    const shown = this.shown.get(id) ?? PAGE;
    const more = folds.length - shown;
    const name = this.#nameOf(id);
    return html`<h4>${name}</h4>
      <ul data-class=${id} aria-label=${name}>
        ${repeat(folds.slice(0, shown), ({ first }) => first.key, (fold) => this.#picture(fold, id, name))}
      </ul>
      ${more > 0 ? html`<button type="button" @click=${() => (this.shown = new Map([...this.shown, [id, shown + PAGE]]))}>${msg(str`Show ${Math.min(PAGE, more)} more`)}</button>` : nothing}`;
  }

  #picture(fold: SeenFold, id: number, name: string): unknown {
    const { first, keys } = fold;
    const { leftOut, given } = this.definition;
    const out = keys.every((key) => leftOut.includes(key));
    const label = Object.hasOwn(given, first.key) ? given[first.key].name : undefined;
    const place = first.name ?? msg(str`${(first.timeUs / 1e6).toFixed(1)} s`);
    const copies = keys.length - 1;
    const state = out ? msg('left out') : label === undefined ? '' : msg(str`now ${label}`);
    const words = [copies > 0 ? msg(str`${name}, ${place}, with ${copies} near-copies`) : `${name}, ${place}`, state].filter((each) => each !== '').join(', ');
    return html`<li>
      <button type="button" data-key=${first.key} class=${out ? 'out' : nothing} aria-pressed=${out || label !== undefined} aria-label=${words} title=${words} @click=${() => this.#tap(fold, id)}>
        <img alt="" src=${this.#address(first.thumbnail)} />
        ${copies > 0 ? html`<span class="copies">+${copies}</span>` : nothing} ${state === '' ? nothing : html`<span class="state">${out ? state : label}</span>`}
      </button>
    </li>`;
  }

  /** A second tap of the same kind takes the first one back. */
  #tap({ keys }: SeenFold, classId: number): void {
    const { leftOut, given } = this.definition;
    const all = new Set(keys);
    const rest: Fixes = { leftOut: leftOut.filter((key) => !all.has(key)), given: Object.fromEntries(Object.entries(given).filter(([key]) => !all.has(key))) };
    const { mode } = this;
    if (mode === 'out') {
      const out = keys.every((key) => leftOut.includes(key));
      this.#tell(out ? { leftOut: rest.leftOut, given } : { leftOut: [...rest.leftOut, ...keys], given });
      return;
    }
    const chosen = this.#choices.find(({ id }) => id === mode);
    const label = chosen && labelOfClass(chosen);
    if (!label) return;
    const has = keys.every((key) => Object.hasOwn(given, key) && given[key].name === label.name);
    // What is of that class already needs no word.
    this.#tell(has || mode === classId ? rest : { leftOut: rest.leftOut, given: { ...rest.given, ...Object.fromEntries(keys.map((key) => [key, label])) } });
  }

  #tell(fixes: Fixes): void {
    const { leftOut, given } = this.definition;
    this.steps = [...this.steps, { leftOut, given }];
    this.dispatchEvent(new DatasetChangeEvent({ ...this.definition, ...fixes }));
  }

  #undo(): void {
    const last = this.steps.at(-1);
    this.steps = this.steps.slice(0, -1);
    if (last) this.dispatchEvent(new DatasetChangeEvent({ ...this.definition, ...last }));
  }

  get #rules(): string {
    const { sessionIds, stills, pictures } = this.definition;
    return JSON.stringify([sessionIds, stills, pictures]);
  }

  /** Classes that a picture can be given: as they are called now. */
  get #choices(): readonly DatasetClass[] {
    const { classes } = this.definition;
    return (classes.length > 0 ? classes : this.pictures.classes).filter((one) => labelOfClass(one) !== undefined);
  }

  #nameOf(id: number): string {
    return [...this.definition.classes, ...this.pictures.classes].find((one) => one.id === id)?.name ?? String(id);
  }

  /** What was fixed in another part can be taken back still. */
  #look(from = 0): void {
    const { steps } = this;
    this.#forget();
    this.steps = steps;
    this.#taken = this.#rules;
    void this.pictures.look(this.definition, this.transfer, from);
  }

  #address(thumbnail: Blob): string {
    const known = this.#addresses.get(thumbnail);
    if (known !== undefined) return known;
    const address = URL.createObjectURL(thumbnail);
    this.#addresses.set(thumbnail, address);
    return address;
  }

  #forget(): void {
    for (const address of this.#addresses.values()) URL.revokeObjectURL(address);
    this.#addresses.clear();
    this.steps = [];
    this.shown = new Map();
    this.#taken = '';
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-dataset-grid': DatasetGrid;
  }
}
