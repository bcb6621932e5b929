import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { localized, msg, str } from '@lit/localize';
import { labelText } from '../../../base/page/language';
import type { HumanSpan } from '../../shared/session';
import type { PredictedRun } from '../../shared/predicted-runs';
import type { SessionStatistics } from '../../shared/session-statistics';
import { SeekEvent, SpanEditEvent } from '../events';
import { decimal, milliseconds, percent, rate } from '../../../base/page/elements/format';
import { sharedStyles } from '../../../base/page/elements/styles';
import { preciseTime } from './time-words';

/** Labels that are listed at once: there may be thousands. */
const PAGE = 100;

/**
 * The labels in words, a person's and the network's apart, for reading with eyes or a screen reader; and figures.
 *
 * @event sg-seek - a label's start is to be shown
 * @event sg-span-edit - a span was chosen
 */
@customElement('sg-label-lists')
@localized()
export class LabelLists extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host {
        display: grid;
        gap: 0.5rem;
      }
      /* Not inherited through the box that a details element puts round its content. */
      details * {
        box-sizing: border-box;
      }
      details {
        border: 1px solid var(--sg-line);
        border-radius: var(--sg-radius-l);
        background: var(--sg-surface);
      }
      summary {
        padding: 0.75rem 1rem;
        font-weight: 600;
        cursor: pointer;
      }
      ol {
        margin: 0;
        padding: 0 0.5rem 0.5rem;
        list-style: none;
      }
      li button {
        display: flex;
        justify-content: space-between;
        gap: 1rem;
        width: 100%;
        border-color: transparent;
        border-radius: var(--sg-radius-m);
        background: none;
        text-align: start;
      }
      li span:first-child {
        overflow-wrap: anywhere;
        min-width: 0;
      }
      .times {
        flex: none;
        color: var(--sg-muted);
        font-size: var(--sg-size-s);
        font-variant-numeric: tabular-nums;
      }
      .more {
        margin: 0 0.5rem 0.5rem;
      }
      dl {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        gap: 0.3rem 1rem;
        margin: 0;
        padding: 0 1rem 1rem;
      }
      dt {
        overflow-wrap: anywhere;
      }
      dd {
        margin: 0;
        font-variant-numeric: tabular-nums;
        text-align: end;
      }
      p {
        margin: 0;
        padding: 0 1rem 1rem;
        color: var(--sg-muted);
      }
    `,
  ];

  @property({ attribute: false }) spans: readonly HumanSpan[] = [];
  @property({ attribute: false }) runs: readonly PredictedRun[] = [];
  /** Counts the session's figures; undefined where no session is open. */
  @property({ attribute: false }) statistics: () => SessionStatistics | undefined = () => undefined;
  @state() private shown = PAGE;
  @state() private shownSpans = PAGE;
  /** Whether the figures are looked at: counting takes a moment in a long session. */
  @state() private counted = false;

  override render(): unknown {
    return html`
      <details>
        <summary>${msg('Your labels in words')} (${this.spans.length})</summary>
        ${this.spans.length === 0
          ? html`<p>${msg('You have not labelled anything yet.')}</p>`
          : html`<ol>
              ${this.spans.slice(0, this.shownSpans).map(
                ({ id, startUs, endUs, label }) =>
                  html`<li><button @click=${() => this.#go(startUs, id)}><span>${labelText(label)}</span>${this.#times(startUs, endUs)}</button></li>`,
              )}
            </ol>`}
        ${this.#more(this.spans.length - this.shownSpans, () => (this.shownSpans += PAGE))}
      </details>
      <details>
        <summary>${msg('Recognised, in words')} (${this.runs.length})</summary>
        ${this.runs.length === 0 ? html`<p>${msg('Nothing was recognised.')}</p>` : nothing}
        <ol>
          ${this.runs.slice(0, this.shown).map(
            ({ startUs, endUs, label, probability, unsure }) =>
              html`<li>
                <button @click=${() => this.#go(startUs, undefined)}>
                  <span>${unsure ? msg('Not sure') : `${labelText(label)} ${percent(probability)}`}</span>${this.#times(startUs, endUs)}
                </button>
              </li>`,
          )}
        </ol>
        ${this.#more(this.runs.length - this.shown, () => (this.shown += PAGE))}
      </details>
      <details @toggle=${(event: Event) => (this.counted = (event.target as HTMLDetailsElement).open)}>
        <summary>${msg('Figures')}</summary>
        ${this.counted ? this.#figures() : nothing}
      </details>
    `;
  }

  #more(left: number, show: () => void): unknown {
    return left > 0 ? html`<button class="more" @click=${show}>${msg(str`Show ${Math.min(PAGE, left)} more`)}</button>` : nothing;
  }

  #times(startUs: number, endUs: number): unknown {
    return html`<span class="times">${preciseTime(startUs)} – ${preciseTime(endUs)}</span>`;
  }

  #figures(): unknown {
    const statistics = this.statistics();
    if (!statistics) return nothing;
    const { labels, recognitionRate, latencyP50Ms, latencyP95Ms, judged, agreement } = statistics;
    const seconds = (us: number): string => msg(str`${decimal(us / 1e6, 1)} s`);
    return html`<dl>
        <dt>${msg('Recognitions a second')}</dt>
        <dd>${rate(recognitionRate)}</dd>
        <dt>${msg('Frame to label, half within')}</dt>
        <dd>${milliseconds(latencyP50Ms)}</dd>
        <dt>${msg('Frame to label, 95% within')}</dt>
        <dd>${milliseconds(latencyP95Ms)}</dd>
        <dt>${msg('Answers that agree with your labels')}</dt>
        <dd>${agreement === undefined ? '–' : msg(str`${percent(agreement)} of ${judged}`)}</dd>
      </dl>
      <dl>
        ${labels.slice(0, 10).map(
          ({ label, predictedUs, humanUs }) =>
            html`<dt>${labelText(label)}</dt>
              <dd>${msg(str`recognised ${seconds(predictedUs)}, yours ${seconds(humanUs)}`)}</dd>`,
        )}
      </dl>`;
  }

  #go(timeUs: number, id: string | undefined): void {
    this.dispatchEvent(new SpanEditEvent({ kind: 'select', id }));
    this.dispatchEvent(new SeekEvent(timeUs));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-label-lists': LabelLists;
  }
}
