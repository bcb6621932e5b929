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
    const { damaged = 0, mended = 0, replaced = false } = this.state ?? {};
    if (mended >= damaged)
      return html`<p role="status">${msg('Files of the app that are kept on this device were damaged, and were fetched anew.')}</p>
        <button class="primary" @click=${() => this.#answer('reload')}>${msg('Reload')}</button>
        <button @click=${() => this.#answer('later')}>${msg('Later')}</button>`;
    // The version that runs cannot be made whole then; a newer one takes over once no page of this one is open.
    return html`<p role="status">
        ${replaced
          ? msg('Files of the app that are kept on this device are damaged, and the server has others by now, perhaps of a newer version. Close all tabs and windows of the app, then open it again with a network.')
          : msg('Files of the app that are kept on this device are damaged. They are fetched anew at the next start with a network.')}
      </p>
      <button @click=${() => this.#answer('later')}>${msg('Go on')}</button>`;
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
