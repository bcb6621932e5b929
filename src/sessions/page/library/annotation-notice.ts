import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { localized, msg, str } from '@lit/localize';
import type { AnnotationReport } from '../../shared/session-export';
import { DismissEvent } from '../events';
import { list } from '../../../base/page/elements/format';
import { sharedStyles } from '../../../base/page/elements/styles';

/** So many are called by their names. */
const NAMED = 20;

/** Names, each once; of very many the first ones. */
function someOf(names: readonly string[]): string {
  const each = [...new Set(names)];
  return each.length > NAMED ? `${list(each.slice(0, NAMED))} … (${msg(str`${each.length - NAMED} more`)})` : list(each);
}

/**
 * What came of annotations that were read back from Label Studio: of each session, and what could not be matched, by name.
 *
 * @event sg-dismiss - it was read
 */
@customElement('sg-annotation-notice')
@localized()
export class AnnotationNotice extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.5rem 1rem;
        margin: 0 0 0.9rem;
        padding: 0.75rem 1rem;
        border: 1px solid var(--sg-line);
        border-radius: var(--sg-radius-l);
        background: var(--sg-surface);
      }
      div {
        flex: 1 1 14rem;
        min-width: 0;
        overflow-wrap: anywhere;
      }
      p {
        margin: 0;
      }
      .unmatched {
        color: var(--sg-warning);
      }
    `,
  ];

  @property({ attribute: false }) report!: AnnotationReport;

  override render(): unknown {
    const { sessions, unmatched, changedHere, foreign, stills, others } = this.report;
    return html`<div role="status">
        ${sessions.map(({ name, added, changed, removed }) => html`<p><bdi>${name}</bdi>: ${this.#words(added, changed, removed)}</p>`)}
        ${unmatched.length > 0 ? html`<p class="unmatched">${msg(str`No session or kept picture here is known for: ${someOf(unmatched)}.`)}</p>` : nothing}
        ${changedHere.length > 0 ? html`<p class="unmatched">${msg(str`Labelled otherwise here since the export, and left as it is: ${someOf(changedHere)}.`)}</p>` : nothing}
        ${foreign > 0 ? html`<p class="unmatched">${msg(str`Outlines, choices and texts are no labels of a session, and were left out: ${foreign} tasks have some.`)}</p>` : nothing}
        ${stills > 0 ? html`<p class="unmatched">${msg(str`Pictures by themselves do not come back: change their labels in the training set. Tasks of them: ${stills}.`)}</p>` : nothing}
        ${others > 0 ? html`<p>${msg(str`Of tasks with several annotations the latest was taken; ${others} were left.`)}</p>` : nothing}
      </div>
      <button @click=${() => this.dispatchEvent(new DismissEvent())}>${msg('Go on')}</button>`;
  }

  #words(added: number, changed: number, removed: number): string {
    if (added + changed + removed === 0) return msg('the labels are as they were');
    return msg(str`labels: ${added} added, ${changed} changed, ${removed} taken out. Open it to look at them, or to undo that.`);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-annotation-notice': AnnotationNotice;
  }
}
