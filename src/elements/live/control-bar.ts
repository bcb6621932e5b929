import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { localized, msg } from '@lit/localize';
import { CameraChoiceEvent } from '../events/camera-choice-event';
import { ControlEvent, type ControlAction } from '../events/control-event';
import { icon, type IconName } from '../shared/icons';
import { sharedStyles } from '../shared/styles';

/**
 * Start, stop, pause, mirror, freeze, figures, and the choice of camera.
 *
 * @event sg-control - a button was pressed
 * @event sg-camera-choice - another camera was chosen
 */
@customElement('sg-control-bar')
@localized()
export class ControlBar extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: center;
        gap: 0.6rem;
      }
      select {
        min-height: 2.75rem;
        max-width: min(16rem, 100%);
        padding: 0 0.9rem;
        border: 1px solid var(--sg-line);
        border-radius: 999px;
        background: var(--sg-surface);
        text-overflow: ellipsis;
      }
    `,
  ];

  @property({ type: Boolean }) live = false;
  @property({ type: Boolean }) starting = false;
  @property({ type: Boolean }) paused = false;
  @property({ type: Boolean }) mirrored = false;
  @property({ type: Boolean }) frozen = false;
  @property({ type: Boolean }) statistics = false;
  @property({ attribute: false }) devices: readonly MediaDeviceInfo[] = [];
  @property() deviceId = '';

  override render(): unknown {
    if (!this.live) {
      return html`<button class="primary" ?disabled=${this.starting} @click=${() => this.#send('start')}>
        ${icon('camera')}${this.starting ? msg('Starting the camera') : msg('Start the camera')}
      </button>`;
    }
    return html`
      ${this.#button('stop', 'stop', msg('Stop the camera'))}
      ${this.paused
        ? this.#button('resume', 'play', msg('Go on recognising'), true)
        : this.#button('pause', 'pause', msg('Pause recognition'), false)}
      ${this.#button(this.frozen ? 'unfreeze' : 'freeze', 'freeze', msg('Freeze the picture'), this.frozen)}
      ${this.#button('mirror', 'mirror', msg('Mirror the picture'), this.mirrored)}
      ${this.#button('statistics', 'chart', msg('Show figures'), this.statistics)} ${this.#cameras()}
    `;
  }

  #button(action: ControlAction, name: IconName, label: string, pressed?: boolean): unknown {
    return html`<button
      class="icon"
      data-action=${action}
      aria-label=${label}
      title=${label}
      aria-pressed=${pressed === undefined ? nothing : String(pressed)}
      @click=${() => this.#send(action)}
    >
      ${icon(name)}
    </button>`;
  }

  #cameras(): unknown {
    if (this.devices.length < 2) return nothing;
    return html`<select aria-label=${msg('Camera')} @change=${this.#onCamera}>
      ${this.devices.map(
        (device, i) =>
          html`<option value=${device.deviceId} ?selected=${device.deviceId === this.deviceId}>
            ${device.label || `${msg('Camera')} ${i + 1}`}
          </option>`,
      )}
    </select>`;
  }

  #onCamera(event: Event): void {
    if (event.target instanceof HTMLSelectElement) this.dispatchEvent(new CameraChoiceEvent(event.target.value));
  }

  #send(action: ControlAction): void {
    this.dispatchEvent(new ControlEvent(action));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-control-bar': ControlBar;
  }
}
