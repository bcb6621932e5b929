import { html, LitElement } from 'lit';
import { customElement } from 'lit/decorators.js';
import { localized, msg } from '@lit/localize';
import { UpdateChoiceEvent } from '../events';
import { sharedStyles } from '../../../base/page/elements/styles';
import { toastStyles } from './toast-styles';

/**
 * Offers a new version of the app: nothing is loaded anew without a person's word.
 *
 * @event sg-update-choice - a person's answer
 * @csspart reload - the button that loads the new version
 */
@customElement('sg-update-toast')
@localized()
export class UpdateToast extends LitElement {
  static override styles = [sharedStyles, toastStyles];

  override render(): unknown {
    return html`
      <p role="status">${msg('A new version is ready.')}</p>
      <button class="primary" part="reload" @click=${() => this.dispatchEvent(new UpdateChoiceEvent('reload'))}>${msg('Reload')}</button>
      <button @click=${() => this.dispatchEvent(new UpdateChoiceEvent('later'))}>${msg('Later')}</button>
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-update-toast': UpdateToast;
  }
}
