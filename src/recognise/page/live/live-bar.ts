import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { localized, msg } from '@lit/localize';
import { decimal } from '../../../base/page/elements/format';
import { icon, type IconName } from '../../../base/page/elements/icons';
import { barOverImage, ON_ITS_SIDE, sharedStyles } from '../../../base/page/elements/styles';
import { type ControlAction, ControlEvent } from '../events';
import type { MapLack } from '../look/still-look';
import type { RecogniserController } from '../model/recogniser-controller';
import type { LiveStatistics } from './live-recognition';
import '../look/map-legend';
import './live-stats';

/**
 * What is going on, over the image: the way on where it stands still, the figures with the rate and the map's legend where they are wanted, and
 * the switches of both.
 *
 * @event sg-control - `statistics`, `map`: to be shown or not; `unfreeze`, `resume`: the way on
 */
@customElement('sg-live-bar')
@localized()
export class LiveBar extends LitElement {
  static override styles = [
    sharedStyles,
    barOverImage,
    css`
      sg-live-stats,
      sg-map-legend:first-child {
        margin-inline-end: auto;
      }
      .badge {
        display: flex;
        align-items: center;
        gap: 0.35em;
        min-height: 44px;
        padding: 0 0.9rem;
        border-radius: 999px;
        background: var(--sg-glass);
        color: #fff;
        font-size: var(--sg-size-s);
        font-variant-numeric: tabular-nums;
        white-space: nowrap;
      }
      @media (max-width: 47.99rem) and (min-height: 480.01px) {
        :host {
          flex-wrap: wrap;
        }
        sg-live-stats {
          order: 1;
          flex: 1 1 100%;
        }
      }
      @media ${ON_ITS_SIDE} {
        sg-live-stats {
          font-size: var(--sg-size-xs);
        }
      }
    `,
  ];

  /** The live figures, undefined before the first. */
  @property({ attribute: false }) statistics: LiveStatistics | undefined;
  /** What runs, and what the device can do. */
  @property({ attribute: false }) running: Pick<RecogniserController, 'loaded' | 'capabilities'> = { loaded: undefined, capabilities: undefined };
  /** Whether the figures are shown. */
  @property({ type: Boolean }) figures = false;
  /** Whether the map is. */
  @property({ type: Boolean }) map = false;
  /** Why there is no map to show; undefined where there is one, or will be. */
  @property({ attribute: false }) lack: MapLack | undefined;
  @property({ type: Boolean }) paused = false;
  @property({ type: Boolean }) frozen = false;
  /** Whether the network gives no answer. */
  @property({ type: Boolean }) stalled = false;

  /** Whether a key had pressed the way on, which goes with its press. */
  #hadFocus = false;

  override willUpdate(): void {
    this.#hadFocus = this.hasUpdated && this.renderRoot.querySelector('.stands:focus-visible') !== null;
  }

  override updated(): void {
    if (this.#hadFocus) this.renderRoot.querySelector('button')?.focus();
  }

  override render(): unknown {
    const { figures, map, statistics } = this;
    return html`
      ${figures
        ? html`<sg-live-stats .statistics=${statistics} .loaded=${this.running.loaded} .capabilities=${this.running.capabilities}></sg-live-stats>`
        : nothing}
      ${map ? html`<sg-map-legend .lack=${this.lack}></sg-map-legend>` : nothing}
      ${this.#stands()}
      ${figures ? html`<div class="badge"><span data-key="fps">${decimal(statistics?.displayRate ?? 0, 0)}</span> FPS</div>` : nothing}
      ${this.#switch('map', 'heat', msg('Show where the network looked'), map)} ${this.#switch('statistics', 'chart', msg('Show figures'), figures)}
    `;
  }

  /** That it does not simply run, and the way on. */
  #stands(): unknown {
    if (this.frozen) return html`<button class="stands" @click=${() => this.#send('unfreeze')}>${icon('play')}${msg('Unfreeze')}</button>`;
    if (this.paused) return html`<button class="stands" @click=${() => this.#send('resume')}>${icon('play')}${msg('Go on recognising')}</button>`;
    return this.stalled ? html`<div class="badge">${msg('no answer')}</div>` : nothing;
  }

  #send(action: ControlAction): void {
    this.dispatchEvent(new ControlEvent(action));
  }

  #switch(action: ControlAction, name: IconName, words: string, on: boolean): unknown {
    return html`<button class="icon" aria-label=${words} title=${words} aria-pressed=${String(on)} @click=${() => this.#send(action)}>${icon(name)}</button>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-live-bar': LiveBar;
  }
}
