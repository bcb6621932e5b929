import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { localized, msg, str } from '@lit/localize';
import { labelText } from '../../../base/page/language';
import type { HumanSpan } from '../../shared/session';
import type { LabelRef } from '../../../base/shared/labels/label-ref';
import { AddLabelEvent, type SpanEdit, SpanEditEvent } from '../events';
import { LabelChoiceEvent } from '../../../base/page/elements/events';
import { percent } from '../../../base/page/elements/format';
import { editIcon, type EditIconName } from './edit-icons';
import { sharedStyles } from '../../../base/page/elements/styles';
import { preciseTime } from './time-words';

/** What the network says at the present time. */
export interface PresentAnswer {
  readonly label: LabelRef;
  /** 0..1 */
  readonly probability: number;
}

/**
 * What can be done with the span that is worked on, or, where there is none, at the present time.
 *
 * @event sg-span-edit - the span is to be changed; `relabel` asks for a search
 * @event sg-label-choice - the network's answer is right: its run is to be labelled so
 * @event sg-add-label - a new span is wanted, its label is searched for
 */
@customElement('sg-span-panel')
@localized()
export class SpanPanel extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host {
        display: block;
      }
      .panel {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.5rem;
        padding: 0.6rem;
        border: 1px solid var(--sg-line);
        border-radius: var(--sg-radius-l);
        background: var(--sg-surface);
      }
      .head {
        display: flex;
        flex: 1 1 100%;
        align-items: center;
        gap: 0.5rem;
        min-width: 0;
      }
      .name {
        min-width: 0;
        overflow: hidden;
        font-weight: 600;
      }
      .name span {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .times {
        flex: none;
        color: var(--sg-muted);
        font-size: var(--sg-size-s);
        font-variant-numeric: tabular-nums;
      }
      .actions {
        display: flex;
        flex-wrap: wrap;
        gap: 0.4rem;
      }
      button.small {
        padding: 0 0.6rem;
        font-size: var(--sg-size-s);
      }
      .head > button.icon {
        margin-inline-start: auto;
      }
      button.yes {
        overflow: hidden;
        max-width: 100%;
      }
      button.yes span {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
    `,
  ];

  @property({ attribute: false }) span: HumanSpan | undefined;
  /** The next span after the one that is worked on, undefined where there is none. */
  @property({ attribute: false }) next: HumanSpan | undefined;
  @property({ attribute: false }) answer: PresentAnswer | undefined;
  /** Whether the present time can cut the span in two. */
  @property({ type: Boolean }) splittable = false;
  /** Present time, microseconds. */
  @property({ type: Number }) timeUs = 0;

  override render(): unknown {
    return this.span ? this.#editor(this.span) : this.#present();
  }

  #present(): unknown {
    const { answer } = this;
    return html`<div class="panel" role="group" aria-label=${msg('Label the present time')}>
      <button class="primary" @click=${() => this.dispatchEvent(new AddLabelEvent())}>${editIcon('plus')}${msg('Label from here')}</button>
      ${answer
        ? html`<button class="yes" @click=${() => this.dispatchEvent(new LabelChoiceEvent(answer.label))}>
            ${editIcon('check')}<span>${msg(str`It is ${labelText(answer.label)} (${percent(answer.probability)})`)}</span>
          </button>`
        : html`<span class="times">${msg('Nothing recognised here')}</span>`}
    </div>`;
  }

  #editor({ id, startUs, endUs, label, author }: HumanSpan): unknown {
    const { next, timeUs } = this;
    return html`<div class="panel" role="group" aria-label=${msg(str`Span of ${labelText(label)}`)}>
      <div class="head">
        <button class="name" title=${msg('Correct the label')} @click=${() => this.#send({ kind: 'relabel', id })}>
          ${editIcon('pencil')}<span>${labelText(label)}</span>
        </button>
        <span class="times">${preciseTime(startUs)} – ${preciseTime(endUs)}${author === undefined ? nothing : html` · <bdi>${author}</bdi>`}</span>
        ${this.#button('close', msg('Done with this span'), { kind: 'select', id: undefined })}
      </div>
      <div class="actions">
        <button class="small" @click=${() => this.#send({ kind: 'move-edge', id, edge: 'start', timeUs })}>${msg('Starts here')}</button>
        <button class="small" @click=${() => this.#send({ kind: 'move-edge', id, edge: 'end', timeUs })}>${msg('Ends here')}</button>
        ${this.#button('split', msg('Split here'), { kind: 'split', id }, !this.splittable)}
        ${this.#button('merge', next ? msg(str`Join with ${labelText(next.label)}, the next span`) : msg('Join with the next span'), { kind: 'merge', id }, !next)}
        ${this.#button('trash', msg('Delete the span'), { kind: 'delete', id })}
      </div>
    </div>`;
  }

  #button(name: EditIconName, words: string, edit: SpanEdit, disabled = false): unknown {
    return html`<button class="icon" aria-label=${words} title=${words} ?disabled=${disabled} @click=${() => this.#send(edit)}>
      ${editIcon(name)}
    </button>`;
  }

  #send(edit: SpanEdit): void {
    this.dispatchEvent(new SpanEditEvent(edit));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-span-panel': SpanPanel;
  }
}
