import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { localized, msg, str } from '@lit/localize';
import { DismissEvent } from '../events';
import type { SetReport } from '../dataset/set-corrections';
import type { LibraryReport } from './session-library';
import { list } from '../../../base/page/elements/format';
import { icon } from '../../../base/page/elements/icons';
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
        flex: 1 1 20rem;
        min-width: 0;
        overflow-wrap: anywhere;
      }
      p {
        margin: 0;
      }
      p + p {
        margin-top: 0.35rem;
      }
      .set {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.25rem 0.75rem;
      }
      .unmatched {
        color: var(--sg-warning);
      }
    `,
  ];

  @property({ attribute: false }) report!: LibraryReport;
  /** Training sets whose corrections were taken back, and how many pictures have back what they had. */
  @state() private undone: ReadonlyMap<SetReport, number> = new Map();
  @query('.go-on') private readonly goOn!: HTMLButtonElement;

  override render(): unknown {
    const { sessions, sets, unmatched, changedHere, foreign, others } = this.report;
    return html`<div role="status">
        ${sessions.map(({ name, added, changed, removed }) => html`<p><bdi>${name}</bdi>: ${this.#words(added, changed, removed)}</p>`)}
        ${sets.map((set) => this.#set(set))}
        ${unmatched.length > 0 ? html`<p class="unmatched">${msg(str`No session, training set or kept picture here is known for: ${someOf(unmatched)}.`)}</p>` : nothing}
        ${changedHere.length > 0 ? html`<p class="unmatched">${msg(str`Labelled otherwise here since the export, and left as it is: ${someOf(changedHere)}.`)}</p>` : nothing}
        ${foreign > 0 ? html`<p class="unmatched">${msg(str`Outlines, choices and texts are no labels of a session, and were left out: ${foreign} tasks have some.`)}</p>` : nothing}
        ${others > 0 ? html`<p>${msg(str`Of tasks with several annotations the latest was taken; ${others} were left.`)}</p>` : nothing}
      </div>
      <button class="go-on" @click=${() => this.dispatchEvent(new DismissEvent())}>${msg('Go on')}</button>`;
  }

  /** A training set has no steps of its own to undo: it is had back here. */
  #set(set: SetReport): unknown {
    const { name, changed, removed, undo } = set;
    const words = undo ? msg(str`pictures by themselves: ${changed} labelled otherwise, ${removed} taken out.`) : msg('the labels are as they were');
    const undone = this.undone.get(set);
    const whole = undone === changed + removed;
    const back = whole ? msg('as it was before') : msg(str`pictures that have back what they had: ${undone ?? 0}; the others were changed once more since.`);
    return html`<p class="set">
      <span><bdi>${name}</bdi>: ${undone === undefined ? words : back}</span>
      ${undo && !whole ? html`<button @click=${() => this.#undo(set)}>${icon('undo')}${msg('Undo')}</button>` : nothing}
    </p>`;
  }

  #undo(set: SetReport): void {
    const undone = (this.undone.get(set) ?? 0) + (set.undo?.() ?? 0);
    this.undone = new Map([...this.undone, [set, undone]]);
    // The button that was pressed is gone; else it can be pressed again, once what came later was taken back.
    if (undone === set.changed + set.removed) this.goOn.focus();
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
