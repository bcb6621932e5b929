import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { localized, msg } from '@lit/localize';
import type { RecordingStatus } from '../../shared/recorder';
import type { RecordingHalt } from './recording-controller';
import type { Keeping } from './recording-keeping';
import { KeepElsewhereEvent } from '../events';
import { clock, fileSize } from '../../../base/page/elements/format';
import { icon } from '../../../base/page/elements/icons';
import { sharedStyles } from '../../../base/page/elements/styles';
import { haltWords, keepingWords, quotaWords, warningWords } from './recording-words';

/** Whether a person can be asked for a file to write. */
const CHOOSES = 'showSaveFilePicker' in globalThis;

const elsewhereWords = (): string => (CHOOSES ? msg('Write it into a file too') : msg('Save it at the end'));

/**
 * How the recording stands: length, size, quota. What stops it is in the row of controls.
 *
 * @event sg-keep-elsewhere - it is to be kept elsewhere as well
 * @csspart figures - length, size and quota
 */
@customElement('sg-recording-bar')
@localized()
export class RecordingBar extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host {
        display: grid;
        gap: 0.35rem;
      }
      .row {
        display: flex;
        align-items: center;
        gap: 0.5rem;
      }
      .figures {
        flex: 1;
        min-width: 0;
        display: flex;
        flex-wrap: wrap;
        align-items: baseline;
        column-gap: 0.6rem;
        font-variant-numeric: tabular-nums;
      }
      .time {
        display: inline-flex;
        align-items: center;
        gap: 0.5rem;
        font-size: var(--sg-size-l);
        font-weight: 600;
      }
      .time::before {
        content: '';
        width: 0.7rem;
        height: 0.7rem;
        border-radius: 50%;
        background: var(--sg-record);
      }
      .halted::before {
        border-radius: 0.15rem;
        background: var(--sg-muted);
      }
      small {
        color: var(--sg-muted);
        font-size: var(--sg-size-s);
        white-space: nowrap;
      }
      p {
        margin: 0;
        font-size: var(--sg-size-s);
      }
      .keeping {
        display: flex;
        align-items: center;
        gap: 0.25rem 0.75rem;
      }
      .keeping p {
        flex: 1;
        color: var(--sg-muted);
        font-size: var(--sg-size-s);
        overflow-wrap: anywhere;
      }
      .keeping button {
        flex: none;
        max-width: 50%;
        font-size: var(--sg-size-s);
      }
      /* On a short screen the words are those of a button in the row. */
      button.compact {
        display: none;
      }
      @media (max-height: 42rem) {
        button.compact {
          display: inline-flex;
        }
        .keeping.brief {
          display: none;
        }
      }
      @container (max-height: 24rem) {
        button.compact {
          display: inline-flex;
        }
        .keeping.brief {
          display: none;
        }
      }
      @media (max-height: 42rem) and (max-width: 22rem) {
        .offered small {
          display: none;
        }
      }
      .warning {
        color: var(--sg-warning);
      }
      @media (prefers-reduced-motion: no-preference) {
        .time:not(.halted)::before {
          animation: beat 1.6s ease-in-out infinite;
        }
        @keyframes beat {
          50% {
            opacity: 0.35;
          }
        }
      }
    `,
  ];

  @property({ attribute: false }) status: RecordingStatus | undefined;
  /** Microseconds of video. */
  @property({ type: Number }) length = 0;
  @property({ attribute: false }) halt: RecordingHalt | undefined;
  @property() keptIn: 'device' | 'memory' = 'device';
  @property({ type: Boolean }) ending = false;
  /** Whether the browser keeps it on a full device. */
  @property({ attribute: false }) keeping: Keeping = 'unknown';
  /** Whether the files are handed over at the end as well. */
  @property({ type: Boolean }) atEnd = false;
  /** The name of a chosen file that could not be written. */
  @property({ attribute: false }) unwritable: string | undefined;

  override render(): unknown {
    const { status, halt } = this;
    const warning = warningWords(status, this.keptIn);
    const words = this.ending ? msg('Ending the recording') : halt ? haltWords(halt) : '';
    const keeping = this.keptIn === 'device' && !this.ending ? keepingWords(this.keeping, status?.copy, this.unwritable) : '';
    const offered = keeping !== '' && this.keeping === 'refused' && (status?.copy === undefined || status.copy.failed !== undefined);
    return html`
      <div class="row ${offered ? 'offered' : ''}">
        <div class="figures" part="figures">
          <span class="time ${halt || this.ending ? 'halted' : ''}" role="timer" aria-label=${msg('Length of the recording')}>
            ${clock(this.length / 1e6)}
          </span>
          ${status ? html`<small data-key="size">${fileSize(status.bytes)}</small> <small data-key="room">${quotaWords(status.secondsLeft)}</small>` : nothing}
        </div>
        ${offered ? this.#elsewhere('icon compact', icon('download'), `${keeping} ${elsewhereWords()}`) : nothing}
      </div>
      ${words ? html`<p class="halt">${words}</p>` : nothing}
      <div role="status">${warning ? html`<p class="warning">${warning}</p>` : nothing}</div>
      ${keeping
        ? html`<div class="keeping ${offered || this.keeping === 'asking' ? 'brief' : ''}">
            <p role="status">${keeping}</p>
            ${offered ? this.#elsewhere('', elsewhereWords()) : nothing}
          </div>`
        : nothing}
    `;
  }

  /** Has it kept elsewhere as well: in a file of the person's choice, or by being handed over at the end. */
  #elsewhere(kind: string, content: unknown, label?: string): unknown {
    return html`<button
      class=${kind}
      data-action="keep-elsewhere"
      aria-label=${label ?? nothing}
      title=${label ?? nothing}
      aria-pressed=${CHOOSES ? nothing : String(this.atEnd)}
      @click=${() => this.dispatchEvent(new KeepElsewhereEvent())}
    >
      ${content}
    </button>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-recording-bar': RecordingBar;
  }
}
