import { html, LitElement } from 'lit';
import { customElement } from 'lit/decorators.js';
import { localized, msg } from '@lit/localize';
import { InstallChoiceEvent } from '../events';
import { sharedStyles } from '../../../base/page/elements/styles';
import { toastStyles } from './toast-styles';

/**
 * Offers to install the app, until a person has answered: after that the settings have it.
 *
 * @event sg-install-choice - a person's answer
 */
@customElement('sg-install-toast')
@localized()
export class InstallToast extends LitElement {
  static override styles = [sharedStyles, toastStyles];

  override render(): unknown {
    return html`
      <p role="status">${msg('Install Sightglass? It works without a network.')}</p>
      <button class="primary" @click=${() => this.dispatchEvent(new InstallChoiceEvent('install'))}>${msg('Install')}</button>
      <button @click=${() => this.dispatchEvent(new InstallChoiceEvent('not-now'))}>${msg('Not now')}</button>
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-install-toast': InstallToast;
  }
}
