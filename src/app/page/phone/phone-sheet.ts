import { html, LitElement, nothing } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import { localized, msg } from '@lit/localize';
import { wayToPhone, type WayToPhone } from './phone-link';
import type { PhoneLink } from '../../shared/phone-link';
import type { Sheet } from '../../../base/page/elements/sheet';
import { sharedStyles } from '../../../base/page/elements/styles';
import { phoneSheetStyles } from './phone-sheet-styles';
import '../../../base/page/elements/sheet';
import './copy-text';
import './qr-code';

/** What serves the app to phones in the same network (package.json). */
const COMMAND = 'npm run phone';

/** A sheet that shows where a phone finds this app, as a QR code and as text; or how to get there. */
@customElement('sg-phone-sheet')
@localized()
export class PhoneSheet extends LitElement {
  static override styles = [sharedStyles, phoneSheetStyles];

  @state() private way: WayToPhone | undefined;
  @query('sg-sheet') private readonly sheet!: Sheet;

  async show(): Promise<void> {
    this.way = await wayToPhone(new URL('.', document.baseURI).href);
    await this.updateComplete;
    await this.sheet.show();
  }

  override render(): unknown {
    return html`<sg-sheet .heading=${msg('Open on a phone')}>${this.#body()}</sg-sheet>`;
  }

  #body(): unknown {
    switch (this.way?.kind) {
      case undefined:
        return nothing;
      case 'none':
        return html`<p>${msg('This page is only on this machine. To open it on a phone in the same Wi-Fi, run this beside the app:')}</p>
          <sg-copy-text text=${COMMAND} label=${msg('Copy')}></sg-copy-text>
          <p class="hint">${msg('It serves the built app over https on the local network, shows its address as a QR code, and ends with Ctrl+C.')}</p>`;
      case 'public':
        return this.#address(this.way.url);
      case 'local':
        return html`${this.#address(this.way.link.url)}
          <p class="hint">${msg('The phone has to be in the same Wi-Fi. Pictures stay on the phone.')}</p>
          ${this.#trust(this.way.link)}`;
    }
  }

  #address(url: string): unknown {
    return html`<sg-qr-code text=${url} label=${msg('QR code of the address below')}></sg-qr-code>
      <sg-copy-text text=${url} label=${msg('Copy the address')}></sg-copy-text>`;
  }

  #trust({ authorityUrl, fingerprint }: PhoneLink): unknown {
    return html`<h3>${msg('The phone warns of the certificate')}</h3>
      <p>${msg('This machine made it itself, so the phone does not know it. To try the app, go past the warning:')}</p>
      <ul>
        <li>${msg('iPhone: Show Details, then visit this website.')}</li>
        <li>${msg('Android: Advanced, then Proceed.')}</li>
      </ul>
      <p>${msg('To install the app and use it without a network, let the phone trust this machine. Open on the phone:')}</p>
      <sg-copy-text text=${authorityUrl} label=${msg('Copy the address')}></sg-copy-text>
      <p>
        ${msg('Compare its SHA-256 fingerprint:')}<br />
        <span class="fingerprint">${fingerprint}</span>
      </p>
      <ul>
        <li>${msg('iPhone: Settings, Profile Downloaded, Install. Then General, About, Certificate Trust Settings: switch it on.')}</li>
        <li>${msg('Android: Settings, Security, Install a certificate, CA certificate: choose the file.')}</li>
      </ul>
      <p class="hint">${msg('Who has the key of this machine could pose as any site to that phone. Remove the certificate when you no longer need it.')}</p>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-phone-sheet': PhoneSheet;
  }
}
