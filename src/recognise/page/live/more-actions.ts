import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { localized, msg } from '@lit/localize';
import { icon, type IconName } from '../../../base/page/elements/icons';
import { sharedStyles } from '../../../base/page/elements/styles';
import type { SourceKind } from '../camera/camera-controller';
import { type ControlAction, ControlEvent } from '../events';
import { choiceListStyles } from './choice-list-styles';
import { stopWords } from './live-words';

/** How the live view stands. */
export interface LiveState {
  readonly source: SourceKind;
  readonly paused: boolean;
  readonly frozen: boolean;
  readonly mirrored: boolean;
  readonly recording: boolean;
  /** Cameras there are. */
  readonly cameras: number;
}

/**
 * What is wanted now and then: to stop, to pause recognition, to freeze and to mirror the picture.
 *
 * @event sg-control - one was chosen
 */
@customElement('sg-more-actions')
@localized()
export class MoreActions extends LitElement {
  static override styles = [
    sharedStyles,
    choiceListStyles,
    css`
      :host {
        display: block;
        margin-bottom: 1rem;
      }
      ul {
        grid-template-columns: repeat(auto-fill, minmax(min(100%, 14rem), 1fr));
      }
    `,
  ];

  @property({ attribute: false }) state!: LiveState;

  override render(): unknown {
    const { source, paused, frozen, mirrored, recording, cameras } = this.state;
    const camera = source === 'camera';
    const flips = camera && cameras > 1;
    return html`<ul>
      ${this.#choice(frozen ? 'unfreeze' : 'freeze', 'freeze', msg('Freeze the picture'), source !== 'film', frozen)}
      ${this.#choice('mirror', 'mirror', msg('Mirror the picture'), camera, mirrored)}
      ${this.#choice('flip', 'flip', msg('Flip to the other camera'), flips && recording)}
      ${paused
        ? this.#choice('resume', 'play', msg('Go on recognising'), true)
        : this.#choice('pause', 'pause', msg('Pause recognition'), !recording)}
      ${this.#choice('stop', 'stop', stopWords(source), flips || recording)}
    </ul>`;
  }

  #choice(action: ControlAction, name: IconName, words: string, offered: boolean, pressed?: boolean): unknown {
    if (!offered) return nothing;
    return html`<li>
      <button data-action=${action} aria-pressed=${pressed === undefined ? nothing : String(pressed)} @click=${() => this.dispatchEvent(new ControlEvent(action))}>
        ${icon(name)}<span>${words}</span>
      </button>
    </li>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-more-actions': MoreActions;
  }
}
