import { css, html, LitElement, noChange, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { live } from 'lit/directives/live.js';
import { localized, msg, str } from '@lit/localize';
import { Fault } from '../../../base/shared/fault';
import { LONGEST_LABEL, nameOf } from '../../../base/shared/labels/label-ref';
import { renameClass } from '../../shared/dataset/classes';
import { SIDES, type DatasetClass, type DatasetDefinition, type Side } from '../../shared/dataset/dataset';
import type { DatasetPlan } from '../../shared/session-export';
import { DatasetChangeEvent, DatasetPlanEvent } from '../events';
import type { SessionTransfer, Transfer } from '../library/session-transfer';
import { labelTableStyles } from './dataset-styles';
import { faultText } from '../../../base/page/elements/fault-text';
import { list } from '../../../base/page/elements/format';
import { fieldStyles } from '../../../base/page/elements/form-styles';
import { sharedStyles } from '../../../base/page/elements/styles';

function sideWords(side: Side): string {
  switch (side) {
    case 'train':
      return msg('train');
    case 'val':
      return msg('val');
    case 'test':
      return msg('test');
  }
}

/**
 * How many pictures of each class a training set would have on each side, before it is made; counted anew at each change: until that is done it is
 * busy (`aria-busy`), and the counts of before are dimmed.
 */
@customElement('sg-dataset-counts')
@localized()
export class DatasetCounts extends LitElement {
  static override styles = [
    sharedStyles,
    fieldStyles,
    labelTableStyles,
    css`
      :host {
        display: block;
        min-width: 0;
      }
      :host([aria-busy='true']) :is(.wide, .wide ~ p) {
        opacity: 0.5;
      }
      @media (prefers-reduced-motion: no-preference) {
        .wide,
        .wide ~ p {
          transition: opacity 120ms;
        }
        /* What is counted at once does not flicker. */
        :host([aria-busy='true']) :is(.wide, .wide ~ p) {
          transition-delay: 150ms;
        }
      }
      /* How many there are is in sight, however many labels there are. */
      tfoot :is(th, td) {
        position: sticky;
        bottom: 0;
        border: 0;
        background: var(--sg-background);
        font-weight: 600;
      }
      .none {
        color: var(--sg-warning);
      }
      p {
        margin: 0.4rem 0 0;
        color: var(--sg-muted);
        font-size: var(--sg-size-s);
      }
    `,
  ];

  @property({ attribute: false }) definition!: DatasetDefinition;
  @property({ attribute: false }) transfer!: SessionTransfer;
  /** Whether classes can be renamed and merged here. */
  @property({ type: Boolean }) renames = false;
  @state() private plan: DatasetPlan | undefined;
  @state() private fault: Fault | undefined;
  @state() private counting = false;
  /** The class whose new name is too long, and how many characters that has. */
  @state() private long: { readonly id: number; readonly length: number } | undefined;
  #job: Transfer<DatasetPlan> | undefined;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#job?.cancel();
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('definition')) void this.#count();
    this.setAttribute('aria-busy', String(this.counting));
  }

  override render(): unknown {
    const { plan, fault } = this;
    if (fault) {
      const { title, advice } = faultText(fault.code);
      return html`<p class="none" role="alert" data-code=${fault.code}>${title}. ${advice}</p>`;
    }
    if (!plan) return html`<p role="status">${msg('Counting the pictures')}</p>`;
    const { classes, counts, sides } = plan;
    const shown = SIDES.filter((side) => sides[side] > 0 || this.#wanted.includes(side));
    const rows = classes.filter(({ id }) => counts.has(id));
    return html`<div class="wide" tabindex="0" role="group" aria-label=${msg('Pictures by label')}>
        <table>
          <thead>
            <tr>
              <th scope="col">${msg('Label')}</th>
              ${shown.map((side) => html`<th scope="col">${sideWords(side)}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${rows.map(
              ({ id, name }) =>
                html`<tr data-class=${id}>
                  <th scope="row">${this.renames ? this.#named(plan.classes, id, name) : name}</th>
                  ${shown.map((side) => {
                    const count = counts.get(id)?.[side] ?? 0;
                    return html`<td class=${count === 0 ? 'none' : nothing}>${count}</td>`;
                  })}
                </tr>`,
            )}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">${msg('Pictures')}</th>
              ${shown.map((side) => html`<td>${sides[side]}</td>`)}
            </tr>
          </tfoot>
        </table>
      </div>
      ${this.#notes(plan)}`;
  }

  /** A class that can be renamed; as another is called, the two become one. */
  #named(classes: readonly DatasetClass[], id: number, name: string): unknown {
    const rename = (event: Event): void => {
      const input = event.target as HTMLInputElement;
      const chosen = nameOf(input.value);
      this.long = chosen.length > LONGEST_LABEL ? { id, length: chosen.length } : undefined;
      // What is too long stays, to be made shorter.
      if (this.long) return;
      input.value = name;
      if (chosen !== '' && chosen !== name) this.dispatchEvent(new DatasetChangeEvent({ ...this.definition, classes: renameClass(classes, id, chosen) }));
    };
    const { long } = this;
    const faulty = long?.id === id;
    return html`<input type="text" .value=${faulty ? noChange : live(name)} aria-label=${msg(str`Rename ${name}`)} aria-invalid=${faulty ? 'true' : nothing} aria-describedby=${faulty ? 'long' : nothing} @change=${rename} />
      <div role="alert">${faulty ? html`<p id="long" class="none">${msg(str`A label has ${LONGEST_LABEL} characters at most; this one has ${long.length}.`)}</p>` : nothing}</div>`;
  }

  /** Sides that there are to be pictures on. */
  get #wanted(): readonly Side[] {
    const { by, val, test } = this.definition.split;
    if (by === 'none') return ['train'];
    return SIDES.filter((side) => ({ train: 1, val, test })[side] > 0);
  }

  /** What a person would not expect. */
  #notes({ classes, overlapping, tooNear, leftOut, gone, counts, sides }: DatasetPlan): unknown {
    const missing = [...counts.values()].some((count) => this.#wanted.some((side) => sides[side] === 0 || count[side] === 0));
    const alike = classes.filter(({ id, from }) => counts.has(id) && from.length > 1).map(({ name }) => name);
    const notes = [
      ...(counts.size === 0 ? [msg('There is nothing to export yet: label something, or choose what was recognised.')] : []),
      ...(alike.length > 0 ? [msg(str`One label of several that are called alike, or were made one: ${list(alike)}.`)] : []),
      ...(overlapping > 0 ? [msg(str`Pictures with several labels: ${overlapping}.`)] : []),
      ...(tooNear > 0 ? [msg(str`Too near to another side, and left out: ${tooNear}.`)] : []),
      ...(leftOut > 0 ? [msg(str`Picked out as wrong: ${leftOut}.`)] : []),
      ...(gone > 0 ? [msg(str`${gone} of its pictures are no longer here.`)] : []),
      ...(this.renames && counts.size > 1 ? [msg('Give a label the name of another to make them one.')] : []),
      ...(missing && counts.size > 0 ? [this.#missing()] : []),
    ];
    return notes.map((note) => html`<p>${note}</p>`);
  }

  /** What to do where a label is missing on a side. */
  #missing(): string {
    return this.definition.split.by === 'session'
      ? msg('Film a label in more sessions, to have it on each side.')
      : msg('Film a label at more moments, 2 s or more apart, to have it on each side.');
  }

  async #count(): Promise<void> {
    this.#job?.cancel();
    const job = this.transfer.planDataset(this.definition);
    this.#job = job;
    this.counting = true;
    try {
      const plan = await job.result;
      if (job !== this.#job || !plan) return;
      this.counting = false;
      this.plan = plan;
      this.fault = undefined;
      this.dispatchEvent(new DatasetPlanEvent(plan));
    } catch (error) {
      if (job !== this.#job) return;
      this.counting = false;
      this.fault = Fault.from(error, 'export-failed');
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-dataset-counts': DatasetCounts;
  }
}
