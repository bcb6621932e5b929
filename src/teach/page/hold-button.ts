import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { localized, msg, str } from '@lit/localize';
import { HoldEvent } from './events';
import { icon } from '../../base/page/elements/icons';
import { sharedStyles } from '../../base/page/elements/styles';

/**
 * Held down, by finger, mouse, Space or Enter, it collects examples; let go, it stops.
 *
 * @event sg-hold - held down or let go
 * @csspart button - the button
 */
@customElement('sg-hold-button')
@localized()
export class HoldButton extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host {
        display: block;
      }
      button {
        width: 100%;
        min-height: 3.5rem;
        font-size: var(--sg-size-m);
        /* A long press must neither select, nor scroll, nor open a menu. */
        touch-action: none;
        user-select: none;
        -webkit-user-select: none;
        -webkit-touch-callout: none;
      }
      button.primary.held {
        background: var(--sg-own);
        color: #241a00;
      }
      .name {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
    `,
  ];

  @property() taughtName = '';
  @property({ type: Boolean }) held = false;
  @property({ type: Boolean }) disabled = false;
  /** Whether there is nothing yet that examples could be of: a press then goes to what comes first. */
  @property({ type: Boolean }) waiting = false;
  /** Examples of this burst so far. */
  @property({ type: Number }) count = 0;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#send(false);
  }

  override render(): unknown {
    return html`<button
      part="button"
      class=${this.waiting ? '' : `primary ${this.held ? 'held' : ''}`}
      ?disabled=${this.disabled}
      @pointerdown=${this.#onDown}
      @pointerup=${() => this.#send(false)}
      @pointercancel=${() => this.#send(false)}
      @lostpointercapture=${() => this.#send(false)}
      @contextmenu=${(event: Event) => event.preventDefault()}
      @keydown=${this.#onKey}
      @keyup=${() => this.#send(false)}
      @blur=${() => this.#send(false)}
    >
      ${icon('camera')}<span class=${this.waiting ? '' : 'name'}>${this.#words()}</span>
    </button>`;
  }

  #words(): string {
    if (this.waiting) return msg('Hold to show it, once it has a name');
    return this.held ? msg(str`${this.count} examples, let go to stop`) : msg(str`Hold to show “${this.taughtName}”`);
  }

  #onDown(event: PointerEvent): void {
    if (event.button !== 0) return;
    const button = event.currentTarget as HTMLElement;
    button.setPointerCapture(event.pointerId);
    this.#send(true);
  }

  #onKey(event: KeyboardEvent): void {
    if ((event.key !== ' ' && event.key !== 'Enter') || this.waiting) return;
    event.preventDefault();
    if (!event.repeat) this.#send(true);
  }

  #send(held: boolean): void {
    if (held !== this.held && !this.waiting) this.dispatchEvent(new HoldEvent(held));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-hold-button': HoldButton;
  }
}
