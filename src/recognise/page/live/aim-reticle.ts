import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { keyed } from 'lit/directives/keyed.js';
import type { Region } from '../../../engine/index';
import { styleProperties } from '../../../base/page/elements/style-properties';
import { sharedStyles } from '../../../base/page/elements/styles';

/** A point that was tapped. */
export interface TappedPoint {
  /** Share of the shown image's width. */
  readonly x: number;
  /** Share of its height. */
  readonly y: number;
  /** Another number for each tap. */
  readonly count: number;
}

/**
 * The square that the network looks at, drawn by its corners over an image that it fills, and a ring where the camera focuses.
 *
 * @csspart reticle - the square
 */
@customElement('sg-aim-reticle')
export class AimReticle extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host {
        position: absolute;
        inset: 0;
        pointer-events: none;
      }
      .ring {
        position: absolute;
        width: 4.5rem;
        height: 4.5rem;
        margin: -2.25rem;
        border: 2px solid var(--sg-own);
        border-radius: 50%;
        opacity: 0;
        animation: ring 1.2s ease-out;
      }
      @keyframes ring {
        from {
          opacity: 1;
          scale: 1.35;
        }
        30%,
        80% {
          opacity: 1;
          scale: 1;
        }
      }
      @media (prefers-reduced-motion: reduce) {
        .ring {
          animation-timing-function: step-start;
        }
      }
      .reticle {
        position: absolute;
        border-radius: var(--sg-radius-l);
      }
      /* Light on dark: seen on a white wall as well as at night. */
      .reticle::before,
      .reticle::after {
        content: '';
        position: absolute;
        --c: rgb(0 0 0 / 0.75);
        --length: calc(2rem + 2px);
        --line: 5px;
        inset: -1px;
        border-radius: inherit;
        forced-color-adjust: none;
        background:
          linear-gradient(var(--c) 0 0) 0 0 / var(--length) var(--line),
          linear-gradient(var(--c) 0 0) 0 0 / var(--line) var(--length),
          linear-gradient(var(--c) 0 0) 100% 0 / var(--length) var(--line),
          linear-gradient(var(--c) 0 0) 100% 0 / var(--line) var(--length),
          linear-gradient(var(--c) 0 0) 0 100% / var(--length) var(--line),
          linear-gradient(var(--c) 0 0) 0 100% / var(--line) var(--length),
          linear-gradient(var(--c) 0 0) 100% 100% / var(--length) var(--line),
          linear-gradient(var(--c) 0 0) 100% 100% / var(--line) var(--length);
        background-repeat: no-repeat;
      }
      .reticle::after {
        --c: rgb(255 255 255 / 0.95);
        --length: 2rem;
        --line: 3px;
        inset: 0;
      }
      .aimed::after {
        --c: var(--sg-own);
      }
    `,
  ];

  /** In this element's box, CSS pixels. */
  @property({ attribute: false }) square: Region | undefined;
  /** Whether a person put it there. */
  @property({ type: Boolean }) aimed = false;
  @property({ attribute: false }) tapped: TappedPoint | undefined;

  override render(): unknown {
    return html`${this.#reticle()}${this.#ring()}`;
  }

  #reticle(): unknown {
    if (!this.square) return nothing;
    const px = (value: number): string => `${value.toFixed(1)}px`;
    const { x, y, width, height } = this.square;
    const style = styleProperties({ left: px(x), top: px(y), width: px(width), height: px(height) });
    return html`<div class="reticle ${this.aimed ? 'aimed' : ''}" part="reticle" style=${style}></div>`;
  }

  #ring(): unknown {
    if (!this.tapped) return nothing;
    const { x, y, count } = this.tapped;
    const style = styleProperties({ left: `${(x * 100).toFixed(1)}%`, top: `${(y * 100).toFixed(1)}%` });
    return keyed(count, html`<div class="ring" style=${style} @animationend=${() => (this.tapped = undefined)}></div>`);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-aim-reticle': AimReticle;
  }
}
