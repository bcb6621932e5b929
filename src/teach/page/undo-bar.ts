import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { localized, msg, str } from '@lit/localize';
import type { UndoOffer } from './teach-progress';
import { UndoEvent } from './events';
import { icon } from '../../base/page/elements/icons';
import { sharedStyles } from '../../base/page/elements/styles';

function words({ kind, count, name }: UndoOffer): string {
  switch (kind) {
    case 'added':
      return msg(str`${count} examples of “${name}” added.`);
    case 'deleted-example':
      return msg(str`An example of “${name}” was deleted.`);
    case 'deleted-thing':
      return msg(str`“${name}” was deleted.`);
    case 'deleted-all':
      return msg('All things were deleted.');
    case 'imported':
      return count === 0 ? msg(str`Everything in ${name} was here already.`) : msg(str`${count} examples came from ${name}.`);
  }
}

/**
 * Says what was just changed, with a way to take it back.
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

  @property({ attribute: false }) offer: UndoOffer | undefined;

  override render(): unknown {
    const { offer } = this;
    return html`<section role="status">
      ${offer
        ? html`<div>
            <span>${words(offer)}</span>
            ${offer.kind === 'imported' && offer.count === 0
              ? nothing
              : html`<button @click=${() => this.dispatchEvent(new UndoEvent())}>${icon('undo')}${msg('Undo')}</button>`}
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
