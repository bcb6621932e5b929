import { html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { localized, msg } from '@lit/localize';
import type { ShellState } from '../../../base/shared/offline';
import { UpdateChoiceEvent } from '../events';
import { sharedStyles } from '../../../base/page/elements/styles';
import { toastStyles } from './toast-styles';

/**
 * Says that kept files of the app were damaged, and what became of them.
 *
 * @event sg-update-choice - a person's answer
 */
@customElement('sg-damage-toast')
@localized()
export class DamageToast extends LitElement {
  static override styles = [sharedStyles, toastStyles];

  @property({ attribute: false }) state: ShellState | undefined;

  override render(): unknown {
    const { damaged = 0, mended = 0 } = this.state ?? {};
    return mended < damaged
      ? html`<p role="status">
            ${msg('Files of the app that are kept on this device are damaged. They are fetched anew at the next start with a network.')}
          </p>
          <button @click=${() => this.#answer('later')}>${msg('Go on')}</button>`
      : html`<p role="status">${msg('Files of the app that are kept on this device were damaged, and were fetched anew.')}</p>
          <button class="primary" @click=${() => this.#answer('reload')}>${msg('Reload')}</button>
          <button @click=${() => this.#answer('later')}>${msg('Later')}</button>`;
  }

  #answer(choice: 'reload' | 'later'): void {
    this.dispatchEvent(new UpdateChoiceEvent(choice));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-damage-toast': DamageToast;
  }
}
