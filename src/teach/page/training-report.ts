import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { localized, msg, str } from '@lit/localize';
import type { TrainingResult } from '../shared/teach';
import { confusions, type ConfusionMatrix, type Share } from '../shared/metrics';
import { decimal, list, percent } from '../../base/page/elements/format';
import { sharedStyles } from '../../base/page/elements/styles';

/** Mistakes that are put into words; the table has the rest. */
const MOST_MISTAKES = 4;

/**
 * How well the classes were learned: accuracy on held-out moments in words, what was taken for what, and a table of it.
 *
 * @csspart table - the confusion matrix
 */
@customElement('sg-training-report')
@localized()
export class TrainingReport extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host {
        display: block;
      }
      h2 {
        margin: 0 0 0.35rem;
        font-size: var(--sg-size-l);
      }
      p {
        margin: 0 0 0.5rem;
      }
      .muted {
        color: var(--sg-muted);
        font-size: var(--sg-size-s);
      }
      ul {
        margin: 0 0 0.5rem;
        padding-inline-start: 1.2rem;
      }
      .scroll {
        overflow-x: auto;
        padding: 3px;
      }
      table {
        border-collapse: separate;
        border-spacing: 3px;
        font-size: var(--sg-size-s);
        font-variant-numeric: tabular-nums;
      }
      caption {
        padding-bottom: 0.25rem;
        color: var(--sg-muted);
        text-align: start;
      }
      th {
        max-width: 8rem;
        padding: 0.2rem 0.4rem;
        overflow: hidden;
        font-weight: 600;
        text-align: start;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      thead th {
        text-align: center;
      }
      td {
        min-width: 2.5rem;
        height: 2.25rem;
        border-radius: var(--sg-radius-s);
        background: var(--sg-surface-2);
        text-align: center;
      }
      td.corner {
        background: none;
      }
      td.zero {
        color: var(--sg-muted);
      }
      td.right {
        border: 2px solid var(--sg-accent);
        font-weight: 600;
      }
      td.wrong {
        border: 2px solid var(--sg-warning);
        font-weight: 600;
      }
    `,
  ];

  @property({ attribute: false }) result: TrainingResult | undefined;
  /** Names of the classes in the order of the result. */
  @property({ attribute: false }) names: readonly string[] = [];
  /** Names of those that were shown in one moment alone. */
  @property({ attribute: false }) once: readonly string[] = [];

  override render(): unknown {
    const { result, once } = this;
    const moments = result?.report.moments;
    if (!result || !moments) return nothing;
    return html`
      <h2>${msg('How well it knows them')}</h2>
      ${moments.count === 0 ? nothing : this.#measured(moments)}
      ${once.length === 0
        ? nothing
        : html`<p data-key="once">
            <strong>${msg(str`Shown in one moment alone: ${list(once.map((name) => `“${name}”`))}.`)}</strong>
            ${msg('Examples of one moment look alike, so none of them tests what was learned from the others. Show it once more, elsewhere or in other light.')}
          </p>`}
      ${moments.count === 0 ? nothing : this.#mistakes(result)}
      <p class="muted">${this.#timeWords(result)}</p>
    `;
  }

  #measured({ right, count, share, low, high }: Share): unknown {
    return html`<p data-key="accuracy">
      ${msg(str`Of ${count} held-out moments ${right} got the right name: ${percent(share)}.`)}
      <span class="muted">${msg(str`With so few, the true share lies between ${percent(low)} and ${percent(high)} (95%).`)}
        ${msg('A moment is one hold of the button, one picture or one span of a session.')}</span>
    </p>`;
  }

  #mistakes({ report: { confusion } }: TrainingResult): unknown {
    const mistakes = confusions(confusion);
    return html`
      ${mistakes.length === 0
        ? nothing
        : html`<ul>
            ${mistakes.slice(0, MOST_MISTAKES).map(({ from, to, count: times, of }) => html`<li>${this.#mistake(from, to, times, of)}</li>`)}
          </ul>`}
      ${this.#table(confusion)}
    `;
  }

  #mistake(from: number, to: number, times: number, of: number): string {
    const classCount = this.names.length;
    if (from >= classCount) return msg(str`Something else was taken for “${this.names[to]}” in ${times} of ${of} examples.`);
    if (to >= classCount) return msg(str`“${this.names[from]}” was not recognised in ${times} of ${of} examples.`);
    return msg(str`“${this.names[from]}” was taken for “${this.names[to]}” in ${times} of ${of} examples.`);
  }

  #table(matrix: ConfusionMatrix): unknown {
    const columns = [...this.names, msg('none')];
    const rows = matrix.length > this.names.length ? [...this.names, msg('anything else')] : this.names;
    const cell = (row: number, column: number): unknown => {
      const count = matrix[row][column];
      const kind = count === 0 ? 'zero' : row === column ? 'right' : 'wrong';
      return html`<td class=${kind}>${count}</td>`;
    };
    return html`<div class="scroll" tabindex="0" role="region" aria-label=${msg('Confusion matrix')}>
      <table part="table">
        <caption>
          ${msg('Held-out examples. Rows: what it was. Columns: what it was taken for.')}
        </caption>
        <thead>
          <tr>
            <td class="corner"></td>
            ${columns.map((name) => html`<th scope="col">${name}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            (name, row) => html`<tr>
              <th scope="row">${name}</th>
              ${columns.map((_, column) => cell(row, column))}
            </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
  }

  #timeWords({ headSeconds, exampleIds }: TrainingResult): string {
    const seconds = decimal(headSeconds, 1);
    return msg(str`Learned from ${exampleIds.length} examples in ${seconds} seconds, on this device.`);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-training-report': TrainingReport;
  }
}
