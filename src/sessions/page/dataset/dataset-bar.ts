import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { localized, msg, str } from '@lit/localize';
import { ChooseSessionsEvent, DatasetOpenEvent } from '../events';
import { icon } from '../../../base/page/elements/icons';
import { sharedStyles } from '../../../base/page/elements/styles';
import type { KeptDataset } from './dataset-shelf';

/** The training sets that are kept, and what begins a new one: choosing its sessions. */
@customElement('sg-dataset-bar')
@localized()
export class DatasetBar extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.5rem;
        margin: 0 0 0.9rem;
      }
      :host([choosing]) {
        position: sticky;
        top: 0;
        z-index: 2;
        padding: 0.5rem 0;
        background: var(--sg-background);
      }
      p {
        flex: 1 1 auto;
        margin: 0;
      }
      button {
        max-width: 100%;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
    `,
  ];

  @property({ attribute: false }) datasets: readonly KeptDataset[] = [];
  /** Ids of the sessions that are chosen; undefined while none are to be. */
  @property({ attribute: false }) chosen: ReadonlySet<string> | undefined;

  override willUpdate(): void {
    this.toggleAttribute('choosing', this.chosen !== undefined);
  }

  override render(): unknown {
    const { chosen, datasets } = this;
    if (chosen) {
      return html`<p role="status">${chosen.size === 0 ? msg('Choose the sessions of the training set') : msg(str`${chosen.size} chosen`)}</p>
        <button class="primary" data-command="make" ?disabled=${chosen.size === 0} @click=${() => this.dispatchEvent(new DatasetOpenEvent(undefined))}>${msg('Make a training set')}</button>
        <button data-command="cancel" @click=${() => this.dispatchEvent(new ChooseSessionsEvent(undefined))}>${msg('Cancel')}</button>`;
    }
    return html`
      ${datasets.map(
        (one) =>
          html`<button data-dataset=${one.id} title=${one.name} @click=${() => this.dispatchEvent(new DatasetOpenEvent(one.id))}>
            ${one.name} (${one.sessionIds.length})
          </button>`,
      )}
      <button data-command="choose" @click=${() => this.dispatchEvent(new ChooseSessionsEvent(new Set()))}>${icon('plus')}${msg('Training set')}</button>
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-dataset-bar': DatasetBar;
  }
}
