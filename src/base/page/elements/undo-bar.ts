import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { localized, msg } from '@lit/localize';
import { UndoEvent } from './events';
import { icon } from './icons';
import { sharedStyles } from './styles';

/**
 * Says what was just done, with a way to take it back where there is one.
 *
 * @event sg-undo - it is to be taken back
 */
@customElement('sg-undo-bar')
@localized()
export class UndoBar extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host {
        display: block;
      }
      div {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: flex-end;
        gap: 0.25rem 0.5rem;
        padding: 0.25rem 0.25rem 0.25rem 1rem;
        border: 1px solid var(--sg-line);
        border-radius: var(--sg-radius-l);
        background: var(--sg-surface-2);
      }
      span {
        flex: 1 1 10rem;
        min-width: 0;
        overflow-wrap: anywhere;
      }
      button {
        flex: none;
      }
    `,
  ];

  /** What was done; '' for nothing. */
  @property() text = '';
  @property({ type: Boolean }) undoable = false;

  override render(): unknown {
    const { text, undoable } = this;
    return html`<section role="status">
      ${text
        ? html`<div>
            <span>${text}</span>
            ${undoable ? html`<button @click=${() => this.dispatchEvent(new UndoEvent())}>${icon('undo')}${msg('Undo')}</button>` : nothing}
          </div>`
        : nothing}
    </section>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-undo-bar': UndoBar;
  }
}
