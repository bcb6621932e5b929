import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { localized, msg } from '@lit/localize';
import { CameraChoiceEvent } from '../events';
import { icon } from '../../../base/page/elements/icons';
import { sharedStyles } from '../../../base/page/elements/styles';

/** What a camera is called; nameless until one was allowed. @param at its place among all cameras, from 0 */
export function cameraName({ label, deviceId }: MediaDeviceInfo, at: number): string {
  // The one that stands for the browser's choice has no number.
  return label || (deviceId === '' ? msg('Camera') : `${msg('Camera')} ${at + 1}`);
}

/**
 * Cameras that can be opened in place of one that does not work.
 *
 * @event sg-camera-choice - a camera was chosen
 */
@customElement('sg-camera-choices')
@localized()
export class CameraChoices extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      div {
        display: flex;
        flex-wrap: wrap;
        gap: 0.5rem;
        margin-top: 0.75rem;
      }
      button {
        text-align: start;
        overflow-wrap: anywhere;
      }
    `,
  ];

  /** All cameras. */
  @property({ attribute: false }) devices: readonly MediaDeviceInfo[] = [];
  /** Those that are offered. */
  @property({ attribute: false }) offered: readonly MediaDeviceInfo[] = [];

  override render(): unknown {
    if (this.offered.length === 0) return nothing;
    return html`<div role="group" aria-label=${msg('Other cameras')}>
      ${this.offered.map(
        (device) => html`<button @click=${() => this.dispatchEvent(new CameraChoiceEvent(device.deviceId))}>
          ${icon('camera')}${cameraName(device, this.devices.indexOf(device))}
        </button>`,
      )}
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-camera-choices': CameraChoices;
  }
}
