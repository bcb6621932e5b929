import { css, html, LitElement, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { localized, msg } from '@lit/localize';
import { wayToPhone } from '../phone/phone-link';
import { SheetEvent } from '../events';
import { icon } from '../../../base/page/elements/icons';
import { sharedStyles } from '../../../base/page/elements/styles';

/**
 * In the head of wide pages: the way to the phone, where there is one (`npm run phone`, or a page on the network).
 *
 * @event sg-sheet - the sheet with the address is wanted
 */
@customElement('sg-head-offers')
@localized()
export class HeadOffers extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host {
        display: none;
      }
      /* Not on a phone on its side, which has neither the room nor the need. */
      @media (min-width: 48rem) and (min-height: 480.01px) {
        :host {
          display: contents;
        }
      }
    `,
  ];

  @state() private reachable = false;

  override connectedCallback(): void {
    super.connectedCallback();
    void wayToPhone(new URL('.', document.baseURI).href).then(({ kind }) => (this.reachable = kind !== 'none'));
  }

  override render(): unknown {
    const words = msg('Open on a phone');
    return this.reachable
      ? html`<button aria-haspopup="dialog" @click=${() => this.dispatchEvent(new SheetEvent('phone'))}>${icon('phone')}${words}</button>`
      : nothing;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-head-offers': HeadOffers;
  }
}
