import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { live } from 'lit/directives/live.js';
import { localized, msg, str } from '@lit/localize';
import type { DatasetDefinition, PictureRules, SplitRule } from '../../shared/dataset/dataset';
import { DatasetChangeEvent } from '../events';
import { fieldStyles } from '../../../base/page/elements/form-styles';
import { sharedStyles } from '../../../base/page/elements/styles';

/** Between pictures, seconds; 0 for every frame of the film. */
const EVERY = [0, 0.2, 0.5, 1, 2, 5] as const;
/** Left off at the ends of spans, seconds. */
const MARGINS = [0, 0.1, 0.25, 0.5, 1] as const;

/** So much of the pictures is for training at least. */
const MOST_PERCENT = 90;
const MOST_SEED = 1_000_000;

/** Licences as Hugging Face names them, with what people call them. */
const LICENCES = [
  ['cc0-1.0', 'CC0 1.0'],
  ['cc-by-4.0', 'CC BY 4.0'],
  ['cc-by-sa-4.0', 'CC BY-SA 4.0'],
  ['cc-by-nc-4.0', 'CC BY-NC 4.0'],
  ['mit', 'MIT'],
  ['apache-2.0', 'Apache 2.0'],
] as const;

interface Choice {
  readonly value: string;
  readonly words: string;
}

/** Which pictures a training set takes, and how it is split. */
@customElement('sg-dataset-options')
@localized()
export class DatasetOptions extends LitElement {
  static override styles = [
    sharedStyles,
    fieldStyles,
    css`
      :host {
        display: flex;
        flex-wrap: wrap;
        gap: 0.75rem;
      }
      label {
        display: grid;
        flex: 1 1 12rem;
        gap: 0.25rem;
        min-width: 0;
        color: var(--sg-muted);
        font-size: var(--sg-size-s);
      }
    `,
  ];

  @property({ attribute: false }) definition!: DatasetDefinition;
  /** Whether the sessions say where the network looked. */
  @property({ type: Boolean }) squares = false;

  override render(): unknown {
    const { pictures, split, cut, sessionIds, licence } = this.definition;
    const { everyUs, whose, overlaps, marginUs, background } = pictures;
    return html`
      ${this.#select(msg('Whose labels'), whose, [{ value: 'human', words: msg('Yours') }, { value: 'predicted', words: msg('Recognised') }], (value) =>
        this.#pictures({ whose: value as PictureRules['whose'] }),
      )}
      ${this.#select(
        msg('Frames'),
        everyUs === undefined ? 'one' : String(everyUs / 1e6),
        [{ value: 'one', words: msg('one a label') }, ...EVERY.map((seconds) => ({ value: String(seconds), words: seconds === 0 ? msg('all') : msg(str`every ${seconds} s`) }))],
        (value) => this.#pictures({ everyUs: value === 'one' ? undefined : Math.round(Number(value) * 1e6) }),
      )}
      ${this.#select(
        msg('Several labels at once'),
        overlaps,
        [
          { value: 'latest', words: msg('the one that began last') },
          { value: 'each', words: msg('under each of them') },
          { value: 'none', words: msg('leave out') },
        ],
        (value) => this.#pictures({ overlaps: value as PictureRules['overlaps'] }),
      )}
      ${this.#select(
        msg('Ends of labels'),
        String(marginUs / 1e6),
        MARGINS.map((seconds) => ({ value: String(seconds), words: seconds === 0 ? msg('take all') : msg(str`leave ${seconds} s off`) })),
        (value) => this.#pictures({ marginUs: Math.round(Number(value) * 1e6) }),
      )}
      ${this.#select(
        msg('Time without a label'),
        background ? 'background' : 'none',
        [{ value: 'none', words: msg('leave out') }, { value: 'background', words: msg('as background') }],
        (value) => this.#pictures({ background: value === 'background' }),
      )}
      ${this.squares
        ? this.#select(
            msg('Pictures'),
            cut ? 'cut' : 'whole',
            [{ value: 'whole', words: msg('Whole pictures') }, { value: 'cut', words: msg('Cut to where the network looked') }],
            (value) => this.#tell({ cut: value === 'cut' }),
          )
        : nothing}
      ${this.#select(
        msg('Train, val and test'),
        split.by,
        [
          { value: 'moment', words: msg('by moment, 2 s apart') },
          ...(sessionIds.length > 1 ? [{ value: 'session', words: msg('by session') }] : []),
          { value: 'none', words: msg('all in train') },
        ],
        (value) => this.#tell({ split: { ...split, by: value as SplitRule['by'] } }),
      )}
      ${split.by === 'none' ? nothing : this.#shares(split)}
      ${this.#select(
        msg('Licence'),
        licence ?? '',
        [{ value: '', words: msg('not said') }, ...LICENCES.map(([value, words]) => ({ value, words }))],
        (value) => this.#tell({ licence: value === '' ? undefined : value }),
      )}
    `;
  }

  /** How much of the pictures is on each side, and the seed that says which. */
  #shares(split: SplitRule): unknown {
    const { val, test, seed } = split;
    const percent = (share: number): number => Math.round(share * 100);
    const change = (rule: Partial<SplitRule>): void => this.#tell({ split: { ...split, ...rule } });
    return html`
      ${this.#number(msg('For val, per cent'), percent(val), MOST_PERCENT - percent(test), (value) => change({ val: value / 100 }))}
      ${this.#number(msg('For test, per cent'), percent(test), MOST_PERCENT - percent(val), (value) => change({ test: value / 100 }))}
      ${this.#number(msg('Seed of the split'), seed, MOST_SEED, (value) => change({ seed: value }))}
    `;
  }

  /** A whole number from 0 to a most one: what is more or less is brought there. */
  #number(words: string, chosen: number, most: number, choose: (value: number) => void): unknown {
    const set = (event: Event): void => {
      const input = event.target as HTMLInputElement;
      const typed = input.value.trim() === '' ? NaN : Number(input.value);
      const value = Number.isFinite(typed) ? Math.min(most, Math.max(0, Math.round(typed))) : chosen;
      input.value = String(value);
      if (value !== chosen) choose(value);
    };
    return html`<label>${words} <input type="text" inputmode="numeric" autocomplete="off" .value=${live(String(chosen))} @change=${set} /></label>`;
  }

  #select(words: string, chosen: string, choices: readonly Choice[], choose: (value: string) => void): unknown {
    return html`<label
      >${words}
      <select @change=${(event: Event) => choose((event.target as HTMLSelectElement).value)}>
        ${choices.map(({ value, words: name }) => html`<option value=${value} ?selected=${value === chosen}>${name}</option>`)}
      </select>
    </label>`;
  }

  #pictures(change: Partial<PictureRules>): void {
    this.#tell({ pictures: { ...this.definition.pictures, ...change } });
  }

  #tell(change: Partial<DatasetDefinition>): void {
    this.dispatchEvent(new DatasetChangeEvent({ ...this.definition, ...change }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-dataset-options': DatasetOptions;
  }
}
