import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { localized, msg } from '@lit/localize';
import { canShareScreen } from '../camera/screen';
import type { SourceKind } from '../camera/camera-controller';
import { cameraName } from './camera-choices';
import { CameraChoiceEvent, VideoFileEvent, ScreenChoiceEvent } from '../events';
import { icon, type IconName } from '../../../base/page/elements/icons';
import type { Sheet } from '../../../base/page/elements/sheet';
import { sharedStyles } from '../../../base/page/elements/styles';
import '../../../base/page/elements/sheet';

/**
 * A sheet with all sources of images: each camera, a screen, a video file.
 *
 * @event sg-camera-choice - a camera was chosen
 * @event sg-screen-choice - a screen is to be shared
 * @event sg-film-file - a video file was chosen
 */
@customElement('sg-source-sheet')
@localized()
export class SourceSheet extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      ul {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 0.5rem;
        margin: 0 0 0.5rem;
        padding: 0;
        list-style: none;
      }
      button,
      label {
        display: flex;
        align-items: center;
        justify-content: flex-start;
        gap: 0.75rem;
        width: 100%;
        min-height: 3.25rem;
        padding: 0.5rem 1rem;
        border: 1px solid var(--sg-line);
        border-radius: 1rem;
        background: var(--sg-surface);
        text-align: start;
        overflow-wrap: anywhere;
        cursor: pointer;
      }
      @media (hover: hover) {
        label:hover {
          background: var(--sg-surface-2);
        }
      }
      label:focus-within {
        outline: 3px solid var(--sg-focus);
        outline-offset: 2px;
      }
      button[aria-current] {
        border-color: var(--sg-accent);
        font-weight: 600;
      }
      .hint {
        display: block;
        color: var(--sg-muted);
        font-size: 0.85rem;
        font-weight: 400;
      }
    `,
  ];

  @property({ attribute: false }) devices: readonly MediaDeviceInfo[] = [];
  /** Of the camera that runs. */
  @property() deviceId = '';
  /** What runs, undefined for nothing. */
  @property() source: SourceKind | undefined;
  @query('sg-sheet') private readonly sheet!: Sheet;

  show(): Promise<void> {
    return this.sheet.show();
  }

  override render(): unknown {
    return html`<sg-sheet .heading=${msg('Where pictures come from')}>
      <ul>
        ${this.devices.map((device, i) =>
          this.#choice(
            'camera',
            cameraName(device, i),
            '',
            this.source === 'camera' && device.deviceId === this.deviceId,
            new CameraChoiceEvent(device.deviceId),
          ),
        )}
        ${canShareScreen()
          ? this.#choice('screen', msg('Share a screen, a window or a tab'), '', this.source === 'screen', new ScreenChoiceEvent())
          : nothing}
        <li>
          <label>
            ${icon('film')}<span>${msg('Open a video file')}<span class="hint">${msg('It is played here, and goes nowhere.')}</span></span>
            <input class="visually-hidden" type="file" accept="video/*" @change=${this.#onFile} />
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
    const file = input.files?.[0];
    if (file) this.#choose(new VideoFileEvent(file));
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
