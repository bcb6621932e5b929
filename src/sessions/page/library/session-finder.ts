import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { localized, msg } from '@lit/localize';
import { SESSION_ORDERS, type SessionOrder, type SessionSearch } from '../../shared/find-sessions';
import { FindSessionsEvent } from '../events';
import { fieldStyles } from '../../../base/page/elements/form-styles';
import { sharedStyles } from '../../../base/page/elements/styles';

function orderWords(order: SessionOrder): string {
  switch (order) {
    case 'newest':
      return msg('Newest first');
    case 'oldest':
      return msg('Oldest first');
    case 'name':
      return msg('By name');
    case 'longest':
      return msg('Longest first');
    case 'largest':
      return msg('Largest first');
  }
}

/**
 * Searches and sorts a long list of sessions.
 *
 * @event sg-find-sessions - others are wanted, or another order
 */
@customElement('sg-session-finder')
@localized()
export class SessionFinder extends LitElement {
  static override styles = [
    sharedStyles,
    fieldStyles,
    css`
      :host {
        display: flex;
        flex-wrap: wrap;
        gap: 0.5rem;
        margin: 0 0 0.75rem;
      }
      input {
        flex: 1 1 12rem;
        min-width: 0;
        min-height: 2.75rem;
        padding: 0 0.9rem;
        border: 1px solid var(--sg-line);
        border-radius: var(--sg-radius-m);
        background: var(--sg-surface);
        color: inherit;
        font: inherit;
      }
      select {
        flex: 0 1 auto;
        max-width: 100%;
      }
    `,
  ];

  @property({ attribute: false }) search!: SessionSearch;

  override render(): unknown {
    const { words, order } = this.search;
    return html`<input
        type="search"
        maxlength="80"
        placeholder=${msg('Search by name or date')}
        aria-label=${msg('Search by name or date')}
        .value=${words}
        @input=${(event: Event) => this.#tell({ words: (event.target as HTMLInputElement).value })}
      />
      <select aria-label=${msg('Order')} @change=${(event: Event) => this.#tell({ order: (event.target as HTMLSelectElement).value as SessionOrder })}>
        ${SESSION_ORDERS.map((each) => html`<option value=${each} ?selected=${each === order}>${orderWords(each)}</option>`)}
      </select>`;
  }

  #tell(change: Partial<SessionSearch>): void {
    this.dispatchEvent(new FindSessionsEvent({ ...this.search, ...change }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-session-finder': SessionFinder;
  }
}
