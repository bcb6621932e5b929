import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { localized, msg, str } from '@lit/localize';
import { labelText } from '../../../base/page/language';
import type { LabelRef } from '../../../base/shared/labels/label-ref';
import { sharedStyles } from '../../../base/page/elements/styles';

/** How long the words stay, milliseconds. */
const SHOWN_MS = 1600;

/** Flashes over the page when an image was kept, and says so for a moment. */
@customElement('sg-snapshot-flash')
@localized()
export class SnapshotFlash extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host {
        position: fixed;
        z-index: 4;
        inset: 0;
        display: grid;
        justify-items: center;
        align-items: start;
        padding: max(min(8rem, 20vh), env(safe-area-inset-top)) 1rem 0;
        pointer-events: none;
      }
      p {
        margin: 0;
        max-width: 100%;
        padding: 0.5rem 1.1rem;
        border-radius: 999px;
        background: var(--sg-glass);
        color: #fff;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      @media (prefers-reduced-motion: no-preference) {
        .light {
          position: fixed;
          inset: 0;
          background: #fff;
          opacity: 0;
          animation: flash 240ms ease-out;
        }
        @keyframes flash {
          from {
            opacity: 0.55;
          }
        }
      }
    `,
  ];

  /** Images that were kept: it flashes when this grows. */
  @property({ type: Number }) count = 0;
  /** Label of the last one. */
  @property({ attribute: false }) label: LabelRef | undefined;
  @state() private shown = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('count') || this.count === 0) return;
    this.shown = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => (this.shown = false), SHOWN_MS);
  }

  override render(): unknown {
    const words = this.label ? msg(str`Picture kept: ${labelText(this.label)}`) : msg('Picture kept');
    // Each image has a light of its own, so that the animation begins anew.
    return html`${this.shown && this.count % 2 === 0 ? html`<div class="light"></div>` : nothing}
      ${this.shown && this.count % 2 === 1 ? html`<div class="light"></div>` : nothing}
      <div role="status">${this.shown ? html`<p>${words}</p>` : nothing}</div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-snapshot-flash': SnapshotFlash;
  }
}
