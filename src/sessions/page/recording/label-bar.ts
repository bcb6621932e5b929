import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { localized, msg, str } from '@lit/localize';
import { sameLabel, type LabelRef } from '../../../base/shared/labels/label-ref';
import { labelText } from '../../../base/page/language';
import type { LabelAdvice, LabelTally } from '../../shared/label-quality';
import { KEYS, type LabelSlot } from '../../shared/label-slots';
import { LabelPressEvent, PrepareLabelsEvent } from '../events';
import { labelBarStyles } from './label-bar-styles';
import { adviceWords, tallyWords } from './recording-words';
import { sharedStyles } from '../../../base/page/elements/styles';
import type { LabelChoiceEvent } from '../../../base/page/elements/events';
import { icon } from '../../../base/page/elements/icons';
import type { LabelSearch } from '../../../base/page/elements/label-search';
import '../../../base/page/elements/label-search';

/** A click that comes within this of a pointer's end is of that pointer, milliseconds. */
const CLICK_AFTER_MS = 500;

/** Whether a key is meant for a field or a dialog. */
function isElsewhere(event: KeyboardEvent): boolean {
  return event.composedPath().some(
    (target) =>
      target instanceof HTMLElement &&
      (target.matches('input:not([type=range], [type=checkbox]), textarea, select, dialog') || target.isContentEditable),
  );
}

/**
 * The labels at hand while recording: tap one to label until it or another one is tapped, or hold it; the keys 1 to 9 do the same. Beside
 * them the network's own guess, which one tap accepts.
 *
 * @event sg-label-press - a label is pressed, let go, or the press was no press
 * @event sg-label-choice - a label was chosen in the search
 * @event sg-prepare-labels - the labels at hand are to be chosen beforehand
 * @csspart label - one label
 */
@customElement('sg-label-bar')
@localized()
export class LabelBar extends LitElement {
  static override styles = [sharedStyles, labelBarStyles];

  @property({ attribute: false }) slots: readonly LabelSlot[] = [];
  @property({ attribute: false }) own: readonly string[] = [];
  /** Labels that are held now. */
  @property({ attribute: false }) held: readonly LabelRef[] = [];
  /** What the network names, where it is sure. */
  @property({ attribute: false }) guess: LabelRef | undefined;
  /** How much of the labels is filmed. */
  @property({ attribute: false }) tallies: readonly LabelTally[] = [];
  /** What to do next. */
  @property({ attribute: false }) advice: LabelAdvice | undefined;
  /** While it is true nothing can be labelled. */
  @property({ type: Boolean }) disabled = false;
  /** Whether the keys 1 to 9 press the labels. */
  @property({ type: Boolean }) keys = false;
  /** What was chosen in the search, until it has its place here. */
  #chosen: LabelRef | undefined;
  /** The guess that a finger came down on. */
  #pointed: LabelRef | undefined;
  @query('sg-label-search') private readonly search!: LabelSearch;
  /** When a press by a pointer ended: the click that follows is not another one. `Event.timeStamp`. */
  #pointerEndedAt = -Infinity;

  override connectedCallback(): void {
    super.connectedCallback();
    // Before the app's own keys: while it records, the numbers are the labels'.
    addEventListener('keydown', this.#onKeyDown, { capture: true });
    addEventListener('keyup', this.#onKeyUp);
    addEventListener('blur', this.#onBlur);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('keydown', this.#onKeyDown, { capture: true });
    removeEventListener('keyup', this.#onKeyUp);
    removeEventListener('blur', this.#onBlur);
  }

  /**
   * What was chosen comes into sight and has the focus, so that the next digit labels and is not written; what is held comes into sight, by
   * whichever key.
   */
  override updated(changed: PropertyValues<this>): void {
    const begun = changed.has('held') && this.held.find((label) => !changed.get('held')?.some((before) => sameLabel(before, label)));
    if (begun) this.#button(begun)?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    const button = this.#chosen && this.#button(this.#chosen);
    if (!button) return;
    this.#chosen = undefined;
    button.focus();
    button.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }

  #button(label: LabelRef): HTMLElement | undefined {
    const at = this.slots.findIndex((slot) => sameLabel(slot.label, label));
    return at < 0 ? undefined : this.renderRoot.querySelectorAll<HTMLElement>('.slots button')[at];
  }

  override render(): unknown {
    return html`
      <div class="row">
        ${this.#guessed()}
        ${this.slots.length > 0
          ? html`<div class="slots" role="group" aria-label=${msg('Labels: tap to begin and to end, or hold')} @contextmenu=${this.#onMenu}>
              ${repeat(
                this.slots,
                ({ label }) => `${label.index ?? ''}/${label.name}`,
                ({ label }, i) => this.#slot(label, i),
              )}
            </div>`
          : nothing}
      </div>
      <div class="row find">
        <sg-label-search floating .own=${this.own} @sg-label-choice=${this.#onChoice}></sg-label-search>
        <button class="prepare" aria-label=${msg('Prepare labels')} title=${msg('Prepare labels')} @click=${() => this.dispatchEvent(new PrepareLabelsEvent())}>${icon('pencil')}</button>
      </div>
      ${this.advice
        ? html`<p class="advice" part="advice" data-kind=${this.advice.kind}>${adviceWords(this.advice)}</p>`
        : html`<p>
            ${this.slots.length > 0
              ? msg('Tap a label to label what is filmed until you tap again, or hold it.')
              : msg('Find what you film: its label comes here.')}
          </p>`}
    `;
  }

  /** One tap labels with the network's guess; where it has none, one opens the search. */
  #guessed(): unknown {
    const { guess } = this;
    if (!guess) return html`<button class="guess" @click=${() => this.search.focus()}>${icon('unknown')}<span>${msg('What is it?')}</span></button>`;
    // A label at hand is tapped itself.
    if (this.slots.some(({ label }) => sameLabel(label, guess))) return nothing;
    const name = labelText(guess);
    return html`<button
      class="guess"
      part="guess"
      aria-label=${msg(str`Yes, it is ${name}`)}
      aria-disabled=${this.disabled ? 'true' : 'false'}
      @pointerdown=${() => (this.#pointed = guess)}
      @pointercancel=${() => (this.#pointed = undefined)}
      @click=${(event: MouseEvent) => this.#onGuess(event, guess)}
    >
      ${icon('check')}<span>${name}?</span>
    </button>`;
  }

  #slot(label: LabelRef, i: number): unknown {
    const held = this.held.some((other) => sameLabel(other, label));
    const tally = this.tallies.find((each) => sameLabel(each.label, label));
    const guessed = this.guess !== undefined && sameLabel(this.guess, label);
    return html`<button
      part="label"
      class=${guessed ? 'guessed' : nothing}
      aria-pressed=${held ? 'true' : 'false'}
      aria-keyshortcuts=${i < KEYS ? i + 1 : nothing}
      aria-disabled=${this.disabled ? 'true' : 'false'}
      @pointerdown=${(event: PointerEvent) => this.#onPointerDown(event, label)}
      @pointerup=${(event: PointerEvent) => this.#onPointerEnd(event, 'release')}
      @pointercancel=${(event: PointerEvent) => this.#onPointerEnd(event, 'cancel')}
      @keydown=${(event: KeyboardEvent) => this.#onButtonKey(event, 'press', label, i)}
      @keyup=${(event: KeyboardEvent) => this.#onButtonKey(event, 'release', label, i)}
      @click=${(event: MouseEvent) => this.#onClick(event, label, i)}
    >
      ${i < KEYS ? html`<kbd aria-hidden="true">${i + 1}</kbd>` : nothing}<span>${labelText(label)}${tally ? html`<small>${tallyWords(tally)}</small>` : nothing}</span>
    </button>`;
  }

  #onChoice({ label }: LabelChoiceEvent): void {
    this.#chosen = label;
  }

  #onPointerDown(event: PointerEvent, label: LabelRef): void {
    if (event.button !== 0) return;
    if (event.currentTarget instanceof HTMLElement) event.currentTarget.setPointerCapture(event.pointerId);
    this.#send(event, 'press', `pointer-${event.pointerId}`, label);
  }

  #onPointerEnd(event: PointerEvent, phase: 'release' | 'cancel'): void {
    this.#pointerEndedAt = event.timeStamp;
    this.#send(event, phase, `pointer-${event.pointerId}`);
  }

  /** Enter and space on a label that has the focus are held as a pointer is. */
  #onButtonKey(event: KeyboardEvent, phase: 'press' | 'release', label: LabelRef, i: number): void {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    if (!event.repeat) this.#send(event, phase, `focus-${i}`, phase === 'press' ? label : undefined);
  }

  /** A click without a pointer, of a screen reader or a switch, is a tap. */
  #onClick(event: MouseEvent, label: LabelRef, i: number): void {
    if (event.timeStamp - this.#pointerEndedAt < CLICK_AFTER_MS) return;
    this.#send(event, 'press', `click-${i}`, label);
    this.#send(event, 'release', `click-${i}`);
  }

  /** The guess as it stood when the finger came down: it may be another one when it is lifted. */
  #onGuess(event: MouseEvent, shown: LabelRef): void {
    // A click that no pointer made counts no clicks, and is of what is shown.
    const guess = event.detail > 0 && this.#pointed ? this.#pointed : shown;
    this.#pointed = undefined;
    if (this.disabled) return;
    this.#chosen = guess;
    this.#send(event, 'press', 'guess', guess, true);
    this.#send(event, 'release', 'guess');
  }

  /** A long touch would open a menu. */
  #onMenu(event: Event): void {
    event.preventDefault();
  }

  #send({ timeStamp }: Event, phase: LabelPressEvent['phase'], name: string, label?: LabelRef, accepted = false): void {
    if (this.disabled && phase === 'press') return;
    this.dispatchEvent(new LabelPressEvent(phase, name, timeStamp, label, accepted));
  }

  readonly #onKeyDown = (event: KeyboardEvent): void => {
    if (!this.keys || !/^[1-9]$/.test(event.key)) return;
    if (event.ctrlKey || event.metaKey || event.altKey || isElsewhere(event)) return;
    // Of a recording that stands still as well: the keys do not turn to something else in between.
    event.preventDefault();
    if (this.disabled) return;
    const slot = this.slots.at(Number(event.key) - 1);
    if (slot && !event.repeat) this.#send(event, 'press', `key-${event.key}`, slot.label);
  };

  readonly #onKeyUp = (event: KeyboardEvent): void => {
    if (/^[1-9]$/.test(event.key)) this.#send(event, 'release', `key-${event.key}`);
  };

  /** The window that has lost the focus is not told of keys that are let go. */
  readonly #onBlur = (event: FocusEvent): void => {
    for (let key = 1; key <= KEYS; key++) this.#send(event, 'cancel', `key-${key}`);
    this.slots.forEach((_, i) => this.#send(event, 'cancel', `focus-${i}`));
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-label-bar': LabelBar;
  }
}
