import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { localized, msg } from '@lit/localize';
import { ClassListEvent } from '../events';
import { doubtText, surenessText, type Doubt } from './doubt-text';
import { surenessOf } from '../../../base/shared/certainty';
import { percent } from '../../../base/page/elements/format';
import { icon } from '../../../base/page/elements/icons';
import { styleProperties } from '../../../base/page/elements/style-properties';
import { ON_ITS_SIDE, sharedStyles } from '../../../base/page/elements/styles';

/** One label to show. */
export interface ShownLabel {
  readonly key: string;
  readonly name: string;
  /** 0..1 */
  readonly probability: number;
  /** Whether it is a class that the person has taught. */
  readonly own?: boolean;
}

/**
 * The top labels with per cent, the first one large; or that the app is not sure, and why.
 *
 * @event sg-class-list - what is known is to be shown
 * @csspart label - one row
 */
@customElement('sg-label-list')
@localized()
export class LabelList extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host {
        display: block;
      }
      :host([old]) ol {
        opacity: 0.55;
        filter: grayscale(1);
      }
      ol {
        margin: 0;
        padding: 0;
        list-style: none;
        display: grid;
        gap: 0.35rem;
      }
      li {
        position: relative;
        display: flex;
        flex-wrap: wrap;
        align-items: baseline;
        justify-content: space-between;
        gap: 0 1rem;
        padding: 0.4rem 0.9rem;
        border-radius: var(--sg-radius-m);
        overflow: hidden;
        background: var(--sg-glass);
        color: #fff;
        backdrop-filter: blur(12px);
      }
      li:first-child {
        padding-block: 0.65rem;
        font-size: var(--sg-size-xl);
        line-height: 1.2;
        font-weight: 600;
      }
      li:not(:first-child) {
        display: var(--sg-further-labels, flex);
      }
      .bar {
        position: absolute;
        inset: 0 auto 0 0;
        width: 100%;
        transform-origin: left;
        background: var(--sg-perhaps);
        transition: transform 180ms linear;
      }
      [data-sureness='sure'] .bar {
        background: var(--sg-sure);
      }
      [data-sureness='likely'] .bar {
        background: var(--sg-likely);
      }
      .name,
      .share {
        position: relative;
      }
      .name {
        flex: 1 1 0;
        min-width: min-content;
        overflow-wrap: break-word;
        hyphens: auto;
      }
      .name::first-letter {
        text-transform: uppercase;
      }
      .hint {
        display: block;
        font-size: var(--sg-size-m);
        font-weight: 400;
      }
      [data-unsure] .name {
        flex-basis: 11rem;
      }
      .known {
        /* Also where a tap on the labels is meant for the image under them. */
        pointer-events: auto;
        margin-block: 0.25rem;
        align-self: center;
        border-color: rgb(255 255 255 / 0.6);
        background: transparent;
        color: inherit;
        font-size: var(--sg-size-m);
        font-weight: 400;
      }
      .own svg.icon {
        width: 0.85em;
        height: 0.85em;
        margin-inline-end: 0.4em;
        vertical-align: -0.05em;
        fill: var(--sg-own);
        stroke: var(--sg-own);
      }
      .share {
        flex: none;
        font-variant-numeric: tabular-nums;
      }
      .share small {
        margin-inline-end: 0.4rem;
        font-size: var(--sg-size-s);
        font-weight: 400;
      }
      /* Beside the picture there is no room for both in a line. */
      @media ${ON_ITS_SIDE} {
        .share small {
          display: var(--sg-sureness, block);
          margin: 0;
          text-align: end;
        }
      }
      @media (prefers-reduced-motion: reduce) {
        .bar {
          transition: none;
        }
      }
      @media (forced-colors: active) {
        li {
          border: 1px solid CanvasText;
        }
        .bar {
          display: none;
        }
      }
    `,
  ];

  @property({ attribute: false }) labels: readonly ShownLabel[] = [];
  /** Why even the first label is too unlikely to be shown; undefined where it is shown. */
  @property({ attribute: false }) doubt: Doubt | undefined;
  /** Whether they are of an image before the one that is shown. */
  @property({ type: Boolean, reflect: true }) old = false;
  /** Whether they are of an image that is what it is: no advice on how to hold the camera. */
  @property({ type: Boolean }) still = false;

  override render(): unknown {
    if (this.labels.length === 0 && this.doubt !== 'untaught') return nothing;
    if (this.doubt) {
      return html`<ol aria-label=${msg('Recognised')}>
        <li part="label" data-unsure data-doubt=${this.doubt}>
          <span class="name">${this.doubt === 'untaught' ? msg('Nothing taught yet') : msg('Not sure')}<span class="hint">${doubtText(this.doubt, this.still)}</span></span>
          ${this.doubt === 'unknown'
            ? html`<button class="known" @click=${() => this.dispatchEvent(new ClassListEvent())}>${msg('What it knows')}</button>`
            : nothing}
        </li>
      </ol>`;
    }
    return html`<ol aria-label=${msg('Recognised')}>
      ${repeat(
        this.labels,
        (label) => label.key,
        (label, i) => html`<li part="label" data-sureness=${i === 0 ? surenessOf(label.probability) : nothing}>
          <span class="bar" style=${styleProperties({ transform: `scaleX(${label.probability.toFixed(3)})` })}></span>
          <span class="name">${label.own
            ? html`<span class="own" role="img" aria-label=${msg('Taught by you')} title=${msg('Taught by you')}>${icon('teach')}</span>`
            : nothing}${label.name}</span>
          <span class="share">${i === 0 ? html`<small>${surenessText(surenessOf(label.probability))}</small> ` : nothing}${percent(label.probability)}</span>
        </li>`,
      )}
    </ol>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-label-list': LabelList;
  }
}
