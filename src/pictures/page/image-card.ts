import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { localized, msg, str } from '@lit/localize';
import { isSure } from '../../base/shared/certainty';
import { doubtText } from '../../recognise/page/index';
import type { DoneImage } from '../shared/image';
import { className } from '../../base/page/language';
import { percent } from '../../base/page/elements/format';
import { icon, type IconName } from '../../base/page/elements/icons';
import { sharedStyles } from '../../base/page/elements/styles';
import { canShare } from '../../base/page/share-file';
import { type ImageAction, ImageActionEvent } from './events';

/**
 * An image with its three labels; where the first one is not sure, that is said, and they stand below it as guesses.
 *
 * @event sg-picture-action - it was pressed, to look closer; or is to be shared, copied or removed
 * @csspart picture - the thumbnail
 * @csspart label - one row
 */
@customElement('sg-picture-card')
@localized()
export class ImageCard extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host {
        display: flex;
        flex-direction: column;
        height: 100%;
        overflow: hidden;
        border: 1px solid var(--sg-line);
        border-radius: var(--sg-radius-l);
        background: var(--sg-surface);
        content-visibility: auto;
        contain-intrinsic-size: auto 18rem;
      }
      .open {
        display: block;
        width: 100%;
        padding: 0;
        border: 0;
        border-radius: 0;
      }
      .actions {
        display: flex;
        justify-content: flex-end;
        margin-top: auto;
        padding: 0 0.25rem 0.25rem;
      }
      .actions button {
        border-color: transparent;
        background: none;
      }
      @media (hover: hover) {
        .actions button:hover {
          background: var(--sg-surface-2);
        }
      }
      .open:focus-visible {
        outline-offset: -3px;
      }
      img {
        display: block;
        width: 100%;
        aspect-ratio: 4 / 3;
        object-fit: cover;
        background: var(--sg-surface-2);
      }
      p {
        margin: 0;
        padding: 0.5rem 0.75rem 0;
        overflow: hidden;
        color: var(--sg-muted);
        font-size: var(--sg-size-xs);
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      ol {
        display: grid;
        gap: 0.25rem;
        margin: 0;
        padding: 0.4rem 0.75rem 0.25rem;
        list-style: none;
        font-size: var(--sg-size-s);
      }
      li {
        display: grid;
        grid-template-columns: 1fr auto;
        column-gap: 0.75rem;
      }
      li:first-child {
        font-size: var(--sg-size-m);
        font-weight: 600;
      }
      .doubted li:first-child {
        font-size: inherit;
        font-weight: inherit;
      }
      .doubted {
        color: var(--sg-muted);
      }
      .unsure {
        overflow: visible;
        color: inherit;
        font-size: var(--sg-size-s);
        white-space: normal;
      }
      .unsure strong {
        display: block;
        font-size: var(--sg-size-m);
        font-weight: 600;
      }
      .name {
        overflow-wrap: anywhere;
      }
      .name::first-letter {
        text-transform: uppercase;
      }
      .own svg.icon {
        width: 1em;
        height: 1em;
        fill: var(--sg-own);
        stroke: var(--sg-own);
        vertical-align: -0.12em;
      }
      .share {
        font-variant-numeric: tabular-nums;
      }
      meter {
        grid-column: 1 / -1;
        width: 100%;
        height: 0.3rem;
      }
      meter::-webkit-meter-bar {
        height: 0.3rem;
        border: 0;
        background: var(--sg-surface-2);
      }
      meter::-webkit-meter-optimum-value {
        background: var(--sg-accent);
      }
      meter::-moz-meter-bar {
        background: var(--sg-accent);
      }
    `,
  ];

  @property({ attribute: false }) image: DoneImage | undefined;
  /** Probability of the first label below which it is not sure, 0 for never. */
  @property({ type: Number }) certainty = 0;

  override render(): unknown {
    if (!this.image) return nothing;
    const { thumbnailUrl, name, top, shortcoming } = this.image;
    const sure = top.length === 0 || isSure(top[0], this.certainty);
    return html`
      <button class="open" aria-label=${msg(str`Look closer: ${name}`)} @click=${() => this.#act('open')}>
        <img part="picture" src=${thumbnailUrl} alt="" decoding="async" loading="lazy" />
      </button>
      <p title=${name}>${name}</p>
      ${top.length === 0 ? html`<p class="unsure">${doubtText('untaught', true)}</p>` : nothing}
      ${sure ? nothing : html`<p class="unsure"><strong>${msg('Not sure')}</strong> ${doubtText(shortcoming ?? 'unknown', true)}</p>`}
      <ol class=${sure ? '' : 'doubted'} aria-label=${sure ? name : `${name}: ${msg('guesses')}`}>
        ${top.map(({ index, name: own, ofNetwork, probability }) => {
          return html`<li part="label">
            <span class="name"
              >${own === undefined || ofNetwork
                ? (own ?? className(index))
                : html`<span class="own" role="img" aria-label=${msg('Taught by you')} title=${msg('Taught by you')}>${icon('teach')}</span> ${own}`}</span
            ><span class="share">${percent(probability)}</span>
            <meter max="1" value=${probability} aria-hidden="true"></meter>
          </li>`;
        })}
      </ol>
      <div class="actions">
        ${this.#button('copy', 'copy', msg(str`Copy ${name} with its labels`))}
        ${canShare(new File([''], 'picture.jpg', { type: 'image/jpeg' }))
          ? this.#button('share', 'share', msg(str`Share ${name} with its labels`))
          : this.#button('share', 'download', msg(str`Save ${name} with its labels`))}
        ${this.#button('remove', 'trash', `${msg('Remove')} ${name}`)}
      </div>
    `;
  }

  #button(action: ImageAction, name: IconName, words: string): unknown {
    return html`<button class="icon" data-action=${action} aria-label=${words} title=${words} @click=${() => this.#act(action)}>${icon(name)}</button>`;
  }

  #act(action: ImageAction): void {
    if (this.image) this.dispatchEvent(new ImageActionEvent(action, this.image));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-picture-card': ImageCard;
  }
}
