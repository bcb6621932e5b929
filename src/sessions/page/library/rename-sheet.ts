import { css, html, LitElement } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import { localized, msg } from '@lit/localize';
import type { SessionManifest } from '../../shared/session';
import { NameEvent } from '../events';
import type { Sheet } from '../../../base/page/elements/sheet';
import { sharedStyles } from '../../../base/page/elements/styles';
import '../../../base/page/elements/sheet';

/** Longest name, characters: enough for a sentence, short enough for a list. */
const LONGEST = 300;

/**
 * Asks for a session's name.
 *
 * @event sg-name - a name was given
 */
@customElement('sg-rename-sheet')
@localized()
export class RenameSheet extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      form {
        display: flex;
        flex-wrap: wrap;
        gap: 0.6rem;
      }
      input {
        flex: 1 1 16rem;
      }
    `,
  ];

  @state() private session: SessionManifest | undefined;
  @query('sg-sheet') private readonly sheet!: Sheet;
  @query('input') private readonly input!: HTMLInputElement;

  async show(session: SessionManifest): Promise<void> {
    this.session = session;
    await this.updateComplete;
    this.input.value = session.name;
    await this.sheet.show();
    this.input.select();
  }

  override render(): unknown {
    return html`<sg-sheet .heading=${msg('Rename the session')}>
      <form @submit=${this.#onSubmit}>
        <input class="field" aria-label=${msg('Name')} maxlength=${LONGEST} autocomplete="off" required />
        <button class="primary">${msg('Rename')}</button>
      </form>
    </sg-sheet>`;
  }

  #onSubmit(event: Event): void {
    event.preventDefault();
    const name = this.input.value.trim();
    if (!this.session || name === '') return;
    this.sheet.close();
    this.dispatchEvent(new NameEvent(this.session.id, name));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-rename-sheet': RenameSheet;
  }
}
