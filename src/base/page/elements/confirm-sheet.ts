import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { localized, msg } from '@lit/localize';
import type { Sheet } from './sheet';
import { sharedStyles } from './styles';
import './sheet';

/** Asks before something is done that cannot be undone; closed in any other way, the answer is no. */
@customElement('sg-confirm-sheet')
@localized()
export class ConfirmSheet extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      p {
        margin: 0 0 1rem;
      }
      div {
        display: flex;
        flex-wrap: wrap;
        justify-content: flex-end;
        gap: 0.5rem;
      }
    `,
  ];

  @property() heading = '';
  /** What will happen. */
  @property() text = '';
  /** The words of the button that does it. */
  @property() action = '';
  @state() private asking = false;
  @query('sg-sheet') private readonly sheet!: Sheet | null;
  #answer: ((yes: boolean) => void) | undefined;

  /** @returns whether it is to be done; not what was asked before and is not answered yet */
  async ask(): Promise<boolean> {
    this.#end(false);
    const answer = new Promise<boolean>((resolve) => (this.#answer = resolve));
    this.asking = true;
    await this.updateComplete;
    await this.sheet?.show();
    return answer;
  }

  override render(): unknown {
    if (!this.asking) return nothing;
    return html`<sg-sheet .heading=${this.heading} @close=${this.#onClose}>
      <p>${this.text}</p>
      <div>
        <button data-action="no" @click=${() => this.sheet?.close()}>${msg('Go on as before')}</button>
        <button class="primary" data-action="yes" @click=${() => this.#yes()}>${this.action}</button>
      </div>
    </sg-sheet>`;
  }

  #yes(): void {
    this.#end(true);
    this.sheet?.close();
  }

  #onClose(): void {
    this.asking = false;
    this.#end(false);
  }

  #end(yes: boolean): void {
    this.#answer?.(yes);
    this.#answer = undefined;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-confirm-sheet': ConfirmSheet;
  }
}
