import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { localized, msg } from '@lit/localize';
import type { SessionManifest } from '../../shared/session';
import type { RecordingNotice as Notice } from './recording-outcome';
import { DismissEvent } from '../events';
import { icon } from '../../../base/page/elements/icons';
import { sharedStyles } from '../../../base/page/elements/styles';
import { noticeWords } from './recording-words';

/** What is on the device of it. */
function keptSessions(notice: Notice): readonly SessionManifest[] {
  if (notice.kind === 'recovered') return notice.sessions;
  return (notice.kind === 'kept' || notice.kind === 'fault') && notice.session ? [notice.session] : [];
}

/**
 * What became of a recording: kept, recovered, handed over, or why it ended.
 *
 * @event sg-dismiss - it was read
 */
@customElement('sg-recording-notice')
@localized()
export class RecordingNotice extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host {
        display: block;
      }
      div {
        display: flex;
        align-items: flex-start;
        gap: 0.75rem;
        padding: 0.6rem 0.6rem 0.6rem 1rem;
        border: 1px solid var(--sg-line);
        border-radius: var(--sg-radius-l);
        background: var(--sg-surface);
      }
      .urgent {
        border-color: var(--sg-warning);
      }
      p {
        flex: 1;
        margin: 0.35rem 0;
        overflow-wrap: anywhere;
      }
      strong {
        display: block;
      }
      a {
        color: inherit;
        font-weight: 600;
      }
      button {
        flex: none;
        border-color: transparent;
        background: none;
      }
    `,
  ];

  @property({ attribute: false }) notice!: Notice;

  override render(): unknown {
    const { title, text, urgent } = noticeWords(this.notice);
    const { kind } = this.notice;
    const kept = keptSessions(this.notice);
    return html`<div class=${urgent ? 'urgent' : ''} role=${urgent ? 'alert' : 'status'} data-kind=${kind}>
      <p>
        <strong>${title}</strong>
        ${text}
        ${kept.length > 0 ? html`<a href=${kept.length === 1 ? `#sessions/${kept[0].id}` : '#sessions'}>${msg('Look at it')}</a>` : nothing}
      </p>
      <button class="icon" aria-label=${msg('Close')} title=${msg('Close')} @click=${() => this.dispatchEvent(new DismissEvent())}>
        ${icon('close')}
      </button>
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-recording-notice': RecordingNotice;
  }
}
