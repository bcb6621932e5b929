import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { localized, msg } from '@lit/localize';
import { type ControlAction, ControlEvent, ZoomEvent } from '../events';
import { icon, type IconName } from '../../../base/page/elements/icons';
import { sharedStyles } from '../../../base/page/elements/styles';
import type { ZoomLimits } from './aim-controller';
import { zoomText } from './aim-words';

/**
 * Torch, where the camera has one, zoom, and, where no row of controls beside it has that, the way back to the middle of the image.
 *
 * @event sg-control - `torch`: the torch was switched; `aim-middle`: the middle is to be looked at again
 * @event sg-zoom - another zoom was chosen
 */
@customElement('sg-camera-tools')
@localized()
export class CameraTools extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host {
        display: flex;
        align-items: center;
        justify-content: center;
        gap: 0.6rem;
        color: #fff;
      }
      button {
        border-color: transparent;
        background: var(--sg-glass);
        color: #fff;
        backdrop-filter: blur(12px);
      }
      button[aria-pressed='true'] {
        background: #fff;
        color: #000;
      }
      label {
        display: flex;
        align-items: center;
        gap: 0.6rem;
        min-width: 0;
        min-height: 2.75rem;
        padding: 0 1rem;
        border-radius: 999px;
        background: var(--sg-glass);
        backdrop-filter: blur(12px);
      }
      input {
        flex: 1;
        min-width: 0;
        width: 11rem;
        height: 2.75rem;
        margin: 0;
        accent-color: #fff;
      }
      output {
        min-width: 3rem;
        text-align: end;
        font-variant-numeric: tabular-nums;
      }
    `,
  ];

  /** Undefined where there is nothing to zoom. */
  @property({ attribute: false }) limits: ZoomLimits | undefined;
  /** A factor. */
  @property({ type: Number }) zoom = 1;
  /** Whether a way back to the middle one is to be shown, as a person has the network look at another square. */
  @property({ type: Boolean }) aimed = false;
  @property({ type: Boolean }) hasTorch = false;
  @property({ type: Boolean }) torch = false;

  override render(): unknown {
    return html`
      ${this.hasTorch ? this.#button('torch', 'torch', msg('Torch'), this.torch) : nothing} ${this.limits ? this.#zoom(this.limits) : nothing}
      ${this.aimed ? this.#button('aim-middle', 'middle', msg('Look at the middle again')) : nothing}
    `;
  }

  #button(action: ControlAction, name: IconName, label: string, pressed?: boolean): unknown {
    return html`<button
      class="icon"
      data-action=${action}
      aria-label=${label}
      title=${label}
      aria-pressed=${pressed === undefined ? nothing : String(pressed)}
      @click=${() => this.dispatchEvent(new ControlEvent(action))}
    >
      ${icon(name)}
    </button>`;
  }

  #zoom({ min, max }: ZoomLimits): unknown {
    const text = zoomText(this.zoom);
    return html`<label>
      <span class="visually-hidden">${msg('Zoom')}</span>
      <input type="range" min=${min} max=${max} step="any" .value=${String(this.zoom)} aria-valuetext=${text} @input=${this.#onInput} />
      <output aria-hidden="true">${text}</output>
    </label>`;
  }

  #onInput(event: Event): void {
    if (event.target instanceof HTMLInputElement) this.dispatchEvent(new ZoomEvent(event.target.valueAsNumber));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-camera-tools': CameraTools;
  }
}
