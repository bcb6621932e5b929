import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { localized, msg, str } from '@lit/localize';
import type { SessionManifest } from '../../shared/session';
import { DatasetSessionsEvent } from '../events';
import { fieldStyles } from '../../../base/page/elements/form-styles';
import { icon } from '../../../base/page/elements/icons';
import { sharedStyles } from '../../../base/page/elements/styles';
import { disclosureStyles } from './dataset-styles';
import { isChoosable } from '../library/session-list';

/**
 * The sessions of a kept training set: one is added or taken away.
 *
 * @event sg-dataset-sessions - others are wanted
 */
@customElement('sg-dataset-sessions')
@localized()
export class DatasetSessions extends LitElement {
  static override styles = [
    sharedStyles,
    fieldStyles,
    disclosureStyles,
    css`
      :host {
        display: block;
        min-width: 0;
      }
      ul {
        display: grid;
        gap: 0.2rem;
        max-height: 14rem;
        margin: 0 0 0.5rem;
        padding: 0;
        overflow: auto;
        list-style: none;
      }
      li {
        display: flex;
        align-items: center;
        justify-content: space-between;
        gap: 0.5rem;
        overflow-wrap: anywhere;
      }
      select {
        width: 100%;
      }
    `,
  ];

  /** Sessions of the set. */
  @property({ attribute: false }) chosen: readonly string[] = [];
  /** Whether the set has other pictures besides. */
  @property({ type: Boolean }) pictures = false;
  /** All that there are. */
  @property({ attribute: false }) sessions: readonly SessionManifest[] = [];

  override render(): unknown {
    const { chosen, sessions } = this;
    const own = sessions.filter(({ id }) => chosen.includes(id));
    const others = sessions.filter((session) => !chosen.includes(session.id) && isChoosable(session));
    return html`<details>
      <summary>${msg(str`Its sessions (${own.length})`)}</summary>
      <ul>
        ${own.map(
          ({ id, name }) =>
            html`<li>
              <span>${name}</span>
              <button
                type="button"
                class="icon"
                aria-label=${msg(str`Take ${name} out of the training set`)}
                title=${msg(str`Take ${name} out of the training set`)}
                ?disabled=${own.length === 1 && !this.pictures}
                @click=${() => this.#tell(chosen.filter((one) => one !== id))}
              >
                ${icon('close')}
              </button>
            </li>`,
        )}
      </ul>
      ${others.length === 0
        ? nothing
        : html`<select aria-label=${msg('Add a session')} .value=${''} @change=${this.#add}>
            <option value="">${msg('Add a session')}</option>
            ${others.map(({ id, name }) => html`<option value=${id}>${name}</option>`)}
          </select>`}
    </details>`;
  }

  #add(event: Event): void {
    const select = event.target as HTMLSelectElement;
    const { value } = select;
    select.value = '';
    if (value !== '') this.#tell([...this.chosen, value]);
  }

  #tell(chosen: readonly string[]): void {
    this.dispatchEvent(new DatasetSessionsEvent(chosen));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-dataset-sessions': DatasetSessions;
  }
}
