import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { localized, msg } from '@lit/localize';
import { icon } from '../../../base/page/elements/icons';
import { sharedStyles } from '../../../base/page/elements/styles';

/**
 * A text to be read or copied, with a button for that. Where the browser copies nothing by itself it selects the text.
 *
 * @csspart text - the text
 */
@customElement('sg-copy-text')
@localized()
export class CopyText extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.25rem 0.75rem;
      }
      code {
        flex: 1 1 12rem;
        overflow-wrap: anywhere;
        font:
          0.95rem/1.4 ui-monospace,
          monospace;
        user-select: all;
      }
      p {
        flex-basis: 100%;
        margin: 0;
        color: var(--sg-muted);
        font-size: var(--sg-size-s);
      }
      p:empty {
        display: none;
      }
    `,
  ];

  @property() text = '';
  /** What the button says. */
  @property() label = '';
  @state() private outcome: 'none' | 'copied' | 'refused' = 'none';
  @query('code') private readonly code!: HTMLElement;

  override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (changed.has('text')) this.outcome = 'none';
  }

  override render(): unknown {
    const { outcome } = this;
    return html`<code part="text">${this.text}</code>
      <button @click=${() => void this.#copy()}>${icon(outcome === 'copied' ? 'check' : 'copy')}${this.label}</button>
      <p role="status">
        ${outcome === 'copied' ? msg('Copied.') : outcome === 'refused' ? msg('The browser copies nothing by itself. The text is selected: copy it.') : nothing}
      </p>`;
  }

  async #copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(this.text);
      this.outcome = 'copied';
    } catch {
      this.outcome = 'refused';
      getSelection()?.selectAllChildren(this.code);
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-copy-text': CopyText;
  }
}
