import { css, html, LitElement, unsafeCSS } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { localized, msg } from '@lit/localize';
import { sharedStyles } from '../../../base/page/elements/styles';
import { HEAT_COLOURS } from './heat-colours';

/** What the heat map over an image means, with its scale; or that there is none. */
@customElement('sg-map-legend')
@localized()
export class MapLegend extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host {
        display: grid;
        align-content: center;
        /* As wide as its words where there is room, narrower rather than that others go to another line. */
        flex: 1 1 7rem;
        min-width: 0;
        max-width: max-content;
        min-height: 44px;
        padding: 0.35rem 0.9rem;
        border-radius: 1.1rem;
        background: var(--sg-glass);
        color: #fff;
        font-size: 0.8rem;
        line-height: 1.25;
        backdrop-filter: blur(12px);
      }
      .scale {
        display: flex;
        align-items: center;
        gap: 0.4rem;
        font-size: 0.7rem;
      }
      .bar {
        flex: 1;
        min-width: 2rem;
        height: 0.45rem;
        border-radius: 0.25rem;
        background: linear-gradient(to right, ${unsafeCSS(HEAT_COLOURS.join(', '))});
        outline: 1px solid rgb(255 255 255 / 0.35);
        forced-color-adjust: none;
      }
    `,
  ];

  /** Whether the model that runs gives no map. */
  @property({ type: Boolean }) missing = false;

  override render(): unknown {
    if (this.missing) return html`<span>${msg('This model does not tell where it looked')}</span>`;
    return html`<span>${msg('Where the network looked')}</span>
      <span class="scale">${msg('less')}<span class="bar"></span>${msg('more')}</span>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-map-legend': MapLegend;
  }
}
