import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { localized, msg } from '@lit/localize';
import type { Fault } from '../../shared/fault';
import { FaultActionEvent } from './events';
import { faultText } from './fault-text';
import { icon } from './icons';
import { sharedStyles } from './styles';

/**
 * A fault in words, with the way back.
 *
 * @event sg-fault-action - the button was pressed
 * @slot - other ways on
 * @csspart action - the button
 */
@customElement('sg-fault-panel')
@localized()
export class FaultPanel extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host {
        display: block;
        max-width: 30rem;
        padding: 1.25rem;
        border: 1px solid var(--sg-line);
        border-radius: var(--sg-radius-l);
        background: var(--sg-surface);
        text-align: start;
      }
      h2 {
        display: flex;
        align-items: center;
        gap: 0.6rem;
        margin: 0 0 0.5rem;
        font-size: var(--sg-size-l);
        line-height: 1.25;
      }
      h2 svg {
        color: var(--sg-warning);
      }
      p {
        margin: 0 0 1rem;
        overflow-wrap: anywhere;
      }
      details {
        margin-top: 1rem;
        color: var(--sg-muted);
        font-size: var(--sg-size-s);
      }
      code {
        overflow-wrap: anywhere;
      }
    `,
  ];

  @property({ attribute: false }) fault: Fault | undefined;

  override render(): unknown {
    if (!this.fault) return nothing;
    const { title, advice, action } = faultText(this.fault.code);
    return html`
      <div role="alert" data-code=${this.fault.code}>
        <h2>${icon('warning')}${title}</h2>
        <p>${this.fault.file === undefined ? nothing : html`<bdi>${this.fault.file}</bdi>: `}${advice}</p>
      </div>
      <button class="primary" part="action" @click=${this.#onClick}>${action}</button>
      <slot></slot>
      <details>
        <summary>${msg('Details for a bug report')}</summary>
        <code lang="en">${this.fault.code}: ${this.fault.message}</code>
      </details>
    `;
  }

  #onClick(): void {
    if (this.fault) this.dispatchEvent(new FaultActionEvent(this.fault));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-fault-panel': FaultPanel;
  }
}
