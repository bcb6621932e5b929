import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { localized, msg } from '@lit/localize';
import { icon } from '../../../base/page/elements/icons';
import { barOverImage, sharedStyles } from '../../../base/page/elements/styles';
import { ControlEvent } from '../events';
import type { MapLack } from './still-look';
import './map-legend';

/**
 * Over an image that stands still: the button that shows where the network looked, and beside it what that means.
 *
 * @event sg-control - the map is to be shown or not
 */
@customElement('sg-map-bar')
@localized()
export class MapBar extends LitElement {
  static override styles = [
    sharedStyles,
    barOverImage,
    css`
      sg-map-legend {
        margin-inline-end: auto;
        /* A tap there is meant for the image. */
        pointer-events: none;
      }
    `,
  ];

  /** Whether the map is shown. */
  @property({ type: Boolean }) shown = false;
  /** Why there is none; undefined where there is one, or will be. */
  @property({ attribute: false }) lack: MapLack | undefined;
  /** The label that it speaks for, where it is not said beside it. */
  @property() label = '';

  override render(): unknown {
    const words = msg('Show where the network looked');
    return html`${this.shown ? html`<sg-map-legend .lack=${this.lack} label=${this.label}></sg-map-legend>` : nothing}
      <button class="icon" aria-label=${words} title=${words} aria-pressed=${String(this.shown)} @click=${this.#onPress}>${icon('heat')}</button>`;
  }

  readonly #onPress = (): boolean => this.dispatchEvent(new ControlEvent('map'));
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-map-bar': MapBar;
  }
}
