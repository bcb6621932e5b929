import { css, html, LitElement, nothing, unsafeCSS } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { localized, msg } from '@lit/localize';
import { sharedStyles } from '../../../base/page/elements/styles';
import { HEAT_COLOURS } from './heat-colours';
import type { MapLack } from './still-look';

/** What the heat map over an image means, with its scale; or why there is none. */
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
        border-radius: var(--sg-radius-l);
        background: var(--sg-glass);
        color: #fff;
        font-size: var(--sg-size-xs);
        line-height: 1.25;
        backdrop-filter: blur(12px);
      }
      .scale {
        display: flex;
        align-items: center;
        gap: 0.4rem;
        font-size: var(--sg-size-xs);
      }
      .bar {
        flex: 1;
        min-width: 2rem;
        height: 0.45rem;
        border-radius: var(--sg-radius-s);
        background: linear-gradient(to right, ${unsafeCSS(HEAT_COLOURS.join(', '))});
        outline: 1px solid rgb(255 255 255 / 0.35);
        forced-color-adjust: none;
      }
    `,
  ];

  /** Why there is no map; undefined where there is one, or will be. */
  @property({ attribute: false }) lack: MapLack | undefined;
  /** The label that the map speaks for, where it is not said beside it. */
  @property() label = '';

  override render(): unknown {
    if (this.lack) return html`<span role="status">${lackWords(this.lack)}</span>`;
    return html`<span>${msg('Where the network looked')}${this.label ? html`: <b>${this.label}</b>` : nothing}</span>
      <span class="scale">${msg('less')}<span class="bar"></span>${msg('more')}</span>`;
  }
}

function lackWords(lack: MapLack): string {
  switch (lack) {
    case 'map':
      return msg('This model does not tell where it looked');
    case 'model':
      return msg('No model is running: the live view says why');
    case 'answer':
      return msg('The network could not look at this picture');
    case 'still':
      return msg('Pause to see where the network looks');
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-map-legend': MapLegend;
  }
}
