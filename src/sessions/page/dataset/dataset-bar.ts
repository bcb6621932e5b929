import { css, html, LitElement, type PropertyValues } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { localized, msg, str } from '@lit/localize';
import { ChooseSessionsEvent, ChosenSessionsEvent, DatasetOpenEvent } from '../events';
import { icon } from '../../../base/page/elements/icons';
import { sharedStyles } from '../../../base/page/elements/styles';
import type { KeptDataset } from './dataset-shelf';

/** The training sets that are kept, and choosing sessions: for a new one, to be exported, or to be deleted. */
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
      button[data-command='pictures'] {
        white-space: normal;
      }
    `,
  ];

  @property({ attribute: false }) datasets: readonly KeptDataset[] = [];
  /** Whether there is no session to choose. */
  @property({ type: Boolean }) filmless = false;
  /** Ids of the sessions that are chosen; undefined while none are to be. */
  @property({ attribute: false }) chosen: ReadonlySet<string> | undefined;
  /** How many of those are not among the sessions that were searched for. */
  @property({ type: Number }) unseen = 0;
  /** Whether the focus is to go to what stands where it was. */
  #pressed = false;

  override willUpdate(): void {
    this.toggleAttribute('choosing', this.chosen !== undefined);
  }

  /** A press that leaves other buttons in place of the pressed one hands the focus on to them. */
  override updated(changed: PropertyValues<this>): void {
    if (!changed.has('chosen') || !this.#pressed) return;
    if ((changed.get('chosen') === undefined) === (this.chosen === undefined)) return;
    this.#pressed = false;
    this.focus();
  }

  /** The button that choosing begins with, or goes on with. */
  override focus(): void {
    this.renderRoot.querySelector<HTMLButtonElement>(this.chosen ? '[data-command=all]' : '[data-command=choose]')?.focus();
  }

  override render(): unknown {
    const { chosen, datasets } = this;
    if (chosen) {
      const none = chosen.size === 0;
      const send = (action: ChosenSessionsEvent['action']) => (): void => void this.dispatchEvent(new ChosenSessionsEvent(action));
      return html`<p role="status">${none ? msg('Choose sessions to make a training set of, to export or to delete') : this.#count(chosen.size)}</p>
        <button data-command="all" @click=${send('all')}>${msg('All')}</button>
        <button class="primary" data-command="make" ?disabled=${none} @click=${() => this.dispatchEvent(new DatasetOpenEvent(undefined))}>${msg('Make a training set')}</button>
        <button data-command="export" ?disabled=${none} @click=${send('export')}>${icon('download')}${msg('Export')}</button>
        <button data-command="delete" ?disabled=${none} @click=${this.#handingOn(send('delete'))}>${icon('trash')}${msg('Delete')}</button>
        <button data-command="cancel" @click=${this.#handingOn(() => this.dispatchEvent(new ChooseSessionsEvent(undefined)))}>${msg('Cancel')}</button>`;
    }
    return html`
      ${datasets.map(
        (one) =>
          html`<button data-dataset=${one.id} title=${one.name} @click=${() => this.dispatchEvent(new DatasetOpenEvent(one.id))}>
            ${one.name} (${one.sessionIds.length + one.stills.length})
          </button>`,
      )}
      ${this.filmless ? html`<button data-command="pictures" @click=${() => this.dispatchEvent(new DatasetOpenEvent(undefined))}>${icon('pictures')}${msg('A training set of pictures')}</button>` : this.#choose()}
    `;
  }

  #choose(): unknown {
    return html`<button data-command="choose" @click=${this.#handingOn(() => this.dispatchEvent(new ChooseSessionsEvent(new Set())))}>${icon('check')}${msg('Choose sessions')}</button>`;
  }

  #count(chosen: number): string {
    return this.unseen > 0 ? msg(str`${chosen} chosen, ${this.unseen} of them not in this search`) : msg(str`${chosen} chosen`);
  }

  #handingOn(press: () => unknown): () => void {
    return () => {
      this.#pressed = true;
      press();
    };
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-dataset-bar': DatasetBar;
  }
}
