import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { localized, msg } from '@lit/localize';
import { clock } from '../../../base/page/elements/format';
import { icon } from '../../../base/page/elements/icons';
import { sharedStyles } from '../../../base/page/elements/styles';
import { StopEvent } from '../events';

/** What runs while another view is shown. */
export type Running =
  /** @property seconds whole ones of its video @property halted whether a person has paused it */
  | { readonly kind: 'recording'; readonly seconds: number; readonly halted: boolean }
  | { readonly kind: 'camera' }
  | { readonly kind: 'screen' };

/** What runs, in a few words. */
export function runningWords(running: Running): string {
  switch (running.kind) {
    case 'recording':
      return running.halted ? msg('Recording paused') : msg('Recording');
    case 'camera':
      return msg('The camera is on');
    case 'screen':
      return msg('The screen is shared');
  }
}

/** For the tab's title: a dot, and the time of a recording. */
export function runningTitle(running: Running): string {
  return `${running.kind === 'recording' ? `● ${clock(running.seconds)}` : '◉'} ${runningWords(running)}`;
}

/**
 * A strip beside the views that says what runs meanwhile: a recording with its time, or the camera; the way back to it, and its stop.
 *
 * @event sg-stop - what runs is to stop
 */
@customElement('sg-running-strip')
@localized()
export class RunningStrip extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host {
        display: block;
      }
      .strip {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: end;
        gap: 0 0.5rem;
        width: min(100%, 30rem);
        margin-inline: auto;
        padding: 0.25rem 0.25rem 0.25rem 1rem;
        border: 1px solid var(--sg-line);
        border-radius: 1.8rem;
        background: var(--sg-surface);
      }
      a {
        display: flex;
        flex: 1 0 auto;
        align-items: center;
        gap: 0 0.6rem;
        max-width: 100%;
        min-height: 44px;
        color: inherit;
        text-decoration: none;
      }
      .dot {
        flex: none;
        width: 0.7rem;
        height: 0.7rem;
        border-radius: 50%;
        background: var(--sg-accent);
      }
      .recording .dot {
        background: var(--sg-record);
      }
      .time {
        font-weight: 600;
        font-variant-numeric: tabular-nums;
      }
      button {
        flex: none;
      }
      .recording svg {
        fill: var(--sg-record);
        stroke: var(--sg-record);
      }
      @media (prefers-reduced-motion: no-preference) {
        .recording:not(.halted) .dot {
          animation: beat 1.6s ease-in-out infinite;
        }
        @keyframes beat {
          50% {
            opacity: 0.35;
          }
        }
      }
      @media (forced-colors: active) {
        .dot {
          forced-color-adjust: none;
        }
      }
    `,
  ];

  @property({ attribute: false }) running!: Running;

  override render(): unknown {
    const { running } = this;
    const records = running.kind === 'recording';
    const halted = records && running.halted;
    return html`<div class="strip ${running.kind} ${halted ? 'halted' : ''}">
      <a href="#live"
        ><span class="dot"></span>${runningWords(running)}${records ? html` <span class="time" role="timer">${clock(running.seconds)}</span>` : nothing}</a
      >
      <button aria-label=${this.#stopWords()} @click=${() => this.dispatchEvent(new StopEvent())}>${icon('stop')}${msg('Stop')}</button>
    </div>`;
  }

  #stopWords(): string {
    switch (this.running.kind) {
      case 'recording':
        return msg('Stop recording');
      case 'camera':
        return msg('Stop the camera');
      case 'screen':
        return msg('Stop sharing the screen');
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-running-strip': RunningStrip;
  }
}
