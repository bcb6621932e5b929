import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { localized, msg } from '@lit/localize';
import { icon } from './icons';
import { sheetOpened } from './open-sheets';
import { sharedStyles } from './styles';

/**
 * A modal sheet: from the bottom edge on phones, within the thumb's reach, and in the middle of wide pages. Closed by its
 * button, by Escape, by the way back, and by a press beside it.
 *
 * @event close - it was closed, in whichever way
 * @slot - what is on it
 * @csspart dialog - the dialog element
 */
@customElement('sg-sheet')
@localized()
export class Sheet extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host {
        display: contents;
      }
      dialog {
        width: min(36rem, 100vw);
        max-width: none;
        max-height: min(85dvh, 100dvh - 2rem);
        margin: auto auto 0;
        padding: 0;
        overflow: hidden;
        border: 1px solid var(--sg-line);
        border-radius: var(--sg-radius-l) var(--sg-radius-l) 0 0;
        background: var(--sg-background);
        color: var(--sg-text);
      }
      dialog[open] {
        display: flex;
        flex-direction: column;
      }
      dialog::backdrop {
        background: rgb(0 0 0 / 0.55);
      }
      .head {
        display: flex;
        align-items: center;
        justify-content: space-between;
        gap: 1rem;
        padding: 0.9rem 0.9rem 0.5rem 1.25rem;
      }
      h2 {
        margin: 0;
        font-size: var(--sg-size-l);
        line-height: 1.25;
      }
      .body {
        overflow: auto;
        overscroll-behavior: contain;
        padding: 0.25rem 1.25rem max(1.25rem, env(safe-area-inset-bottom));
      }
      @media (min-width: 48rem) {
        dialog {
          margin: auto;
          border-radius: var(--sg-radius-l);
        }
      }
      @media (prefers-reduced-motion: no-preference) {
        dialog[open] {
          animation: rise 160ms ease-out;
        }
        @keyframes rise {
          from {
            opacity: 0;
            translate: 0 1.5rem;
          }
        }
      }
    `,
  ];

  @property() heading = '';
  /** Whether there is nothing on it to tab to: what is on it takes the focus itself then, so that keys scroll it. */
  @property({ type: Boolean }) plain = false;
  @query('dialog') private readonly dialog!: HTMLDialogElement;

  get open(): boolean {
    return this.dialog.open;
  }

  /** Opens it, once it has been drawn. */
  async show(): Promise<void> {
    await this.updateComplete;
    if (this.dialog.open) return;
    this.dialog.showModal();
    sheetOpened(this.dialog);
  }

  close(): void {
    this.dialog.close();
  }

  override render(): unknown {
    return html`<dialog part="dialog" aria-labelledby="heading" @click=${this.#onClick} @close=${this.#onClose}>
      <div class="head">
        <h2 id="heading">${this.heading}</h2>
        <button class="icon" aria-label=${msg('Close')} title=${msg('Close')} @click=${() => this.close()}>${icon('close')}</button>
      </div>
      <div class="body" tabindex=${this.plain ? 0 : -1} role=${this.plain ? 'region' : nothing} aria-labelledby=${this.plain ? 'heading' : nothing}>
        <slot></slot>
      </div>
    </dialog>`;
  }

  #onClose(): void {
    this.dispatchEvent(new Event('close'));
  }

  /** The dialog has no padding: only a press beside it has itself as its target. */
  #onClick(event: MouseEvent): void {
    if (event.target === this.dialog) this.close();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-sheet': Sheet;
  }
}
