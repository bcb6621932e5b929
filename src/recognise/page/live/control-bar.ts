import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { localized, msg } from '@lit/localize';
import type { SourceKind } from '../camera/camera-controller';
import { type ControlAction, ControlEvent } from '../events';
import { icon, type IconName } from '../../../base/page/elements/icons';
import { sharedStyles } from '../../../base/page/elements/styles';

/**
 * Start, stop, pause, freeze, mirror, the other camera, and other sources of images.
 *
 * @event sg-control - a button was pressed
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
        /* Seven have room beside each other from 360 pixels on, six at 320. */
        gap: 10px clamp(4px, (100vw - 340px) / 5, 10px);
      }
      [data-action='record'] svg {
        fill: var(--sg-record);
      }
    `,
  ];

  @property({ type: Boolean }) live = false;
  @property({ type: Boolean }) starting = false;
  @property({ type: Boolean }) paused = false;
  @property({ type: Boolean }) mirrored = false;
  @property({ type: Boolean }) frozen = false;
  @property({ type: Boolean }) recording = false;
  @property() source: SourceKind = 'camera';
  /** Cameras there are. */
  @property({ type: Number }) cameras = 0;

  override render(): unknown {
    if (!this.live) {
      return html`<button class="primary" ?disabled=${this.starting} @click=${() => this.#send('start')}>
          ${icon('camera')}${this.starting ? msg('Starting the camera') : msg('Start the camera')}
        </button>
        ${this.#button('sources', 'sources', msg('Other sources'))}`;
    }
    return html`
      ${this.#button('stop', 'stop', this.#stopWords())}
      ${this.paused
        ? this.#button('resume', 'play', msg('Go on recognising'))
        : this.#button('pause', 'pause', msg('Pause recognition'))}
      ${this.source === 'film'
        ? nothing
        : this.#button(this.frozen ? 'unfreeze' : 'freeze', 'freeze', msg('Freeze the picture'), this.frozen)}
      ${this.source === 'camera' ? this.#button('mirror', 'mirror', msg('Mirror the picture'), this.mirrored) : nothing}
      ${this.source === 'camera' && this.cameras > 1 ? this.#button('flip', 'flip', msg('Other camera')) : nothing}
      ${this.#button('record', 'record', this.recording ? msg('Stop recording') : msg('Record'), this.recording)}
      ${this.#button('sources', 'sources', msg('Other sources'))}
    `;
  }

  #stopWords(): string {
    switch (this.source) {
      case 'camera':
        return msg('Stop the camera');
      case 'screen':
        return msg('Stop sharing the screen');
      case 'film':
        return msg('Close the video');
    }
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

  #send(action: ControlAction): void {
    this.dispatchEvent(new ControlEvent(action));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-control-bar': ControlBar;
  }
}
