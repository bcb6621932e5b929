import { html, LitElement, nothing } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { localized, msg } from '@lit/localize';
import { canShareScreen } from '../camera/screen';
import { cameraName } from './camera-choices';
import { choiceListStyles } from './choice-list-styles';
import type { LiveState } from './more-actions';
import { CameraChoiceEvent, VideoFileEvent, ScreenChoiceEvent } from '../events';
import { icon, type IconName } from '../../../base/page/elements/icons';
import type { Sheet } from '../../../base/page/elements/sheet';
import { sharedStyles } from '../../../base/page/elements/styles';
import '../../../base/page/elements/sheet';
import './more-actions';

/**
 * A sheet with all sources of images: each camera, a screen, a video file; while one runs, above them what is wanted now and then.
 *
 * @event sg-control - what is wanted now and then was pressed
 * @event sg-camera-choice - a camera was chosen
 * @event sg-screen-choice - a screen is to be shared
 * @event sg-film-file - video files were chosen
 */
@customElement('sg-source-sheet')
@localized()
export class SourceSheet extends LitElement {
  static override styles = [sharedStyles, choiceListStyles];

  @property({ attribute: false }) devices: readonly MediaDeviceInfo[] = [];
  /** Of the camera that runs. */
  @property() deviceId = '';
  /** Undefined where nothing runs. */
  @property({ attribute: false }) state: LiveState | undefined;
  @query('sg-sheet') private readonly sheet!: Sheet;

  show(): Promise<void> {
    return this.sheet.show();
  }

  override render(): unknown {
    const sources = msg('Where pictures come from');
    return html`<sg-sheet .heading=${this.state ? msg('More') : sources} @sg-control=${() => this.sheet.close()}>
      ${this.state ? html`<sg-more-actions .state=${this.state}></sg-more-actions><h3>${sources}</h3>` : nothing}
      <ul>
        ${this.devices.map((device, i) =>
          this.#choice(
            'camera',
            cameraName(device, i),
            '',
            this.state?.source === 'camera' && device.deviceId === this.deviceId,
            new CameraChoiceEvent(device.deviceId),
          ),
        )}
        ${canShareScreen()
          ? this.#choice('screen', msg('Share a screen, a window or a tab'), '', this.state?.source === 'screen', new ScreenChoiceEvent())
          : nothing}
        <li>
          <label>
            ${icon('film')}<span>${msg('Open a video file')}<span class="hint">${msg('It is played here, and goes nowhere.')}</span></span>
            <input class="visually-hidden" type="file" multiple accept="video/*,.mkv" @change=${this.#onFile} />
          </label>
        </li>
      </ul>
    </sg-sheet>`;
  }

  #choice(name: IconName, words: string, hint: string, current: boolean, event: Event): unknown {
    return html`<li>
      <button aria-current=${current ? 'true' : nothing} @click=${() => this.#choose(event)}>
        ${icon(name)}<span>${words}${hint ? html`<span class="hint">${hint}</span>` : nothing}</span>
      </button>
    </li>`;
  }

  #onFile(event: Event): void {
    const input = event.target as HTMLInputElement;
    const files = [...(input.files ?? [])];
    if (files.length > 0) this.#choose(new VideoFileEvent(files));
    input.value = '';
  }

  #choose(event: Event): void {
    this.sheet.close();
    this.dispatchEvent(event);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-source-sheet': SourceSheet;
  }
}
