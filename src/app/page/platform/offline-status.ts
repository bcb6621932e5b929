import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { localized, msg, str } from '@lit/localize';
import type { OfflineProgress } from '../../../base/shared/offline';
import { sharedStyles } from '../../../base/page/elements/styles';

/** How long the last word stays, milliseconds. */
const LAST_WORD = 6000;

const megabytes = (bytes: number): string => Math.round(bytes / 1e6).toString();

/**
 * One quiet line on what is kept for use without a network, while that goes on and for a moment after. It can be ignored.
 *
 * @csspart line - the words
 */
@customElement('sg-offline-status')
@localized()
export class OfflineStatus extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host {
        display: block;
        font-size: var(--sg-size-s);
      }
      p {
        position: relative;
        overflow: hidden;
        margin: 0 0.75rem 0.4rem;
        padding: 0.3rem 0.9rem;
        border-radius: 999px;
        background: var(--sg-glass);
        color: #f3f5f9;
        font-variant-numeric: tabular-nums;
        text-align: center;
      }
    `,
  ];

  @property({ attribute: false }) progress: OfflineProgress | undefined;
  /** Whether there is news: where not, there is nothing to tell. */
  @property({ type: Boolean }) news = false;
  /** For styles and tests: the phase of `progress`. */
  @property({ reflect: true }) phase = '';
  @state() private over = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
  }

  override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (!changed.has('progress')) return;
    this.phase = this.progress?.phase ?? '';
    clearTimeout(this.#timer);
    this.over = false;
    if (this.phase === 'kept' || this.phase === 'stopped') this.#timer = setTimeout(() => (this.over = true), LAST_WORD);
  }

  override render(): unknown {
    const words = this.over ? undefined : this.#words();
    // The moving figures are for the eye; a screen reader is told of the end alone.
    return html`<div role="status">${words && this.phase !== 'keeping' ? html`<p part="line">${words}</p>` : nothing}</div>
      ${words && this.phase === 'keeping' ? html`<p part="line">${words}</p>` : nothing}`;
  }

  #words(): string | undefined {
    const progress = this.progress;
    if (!progress || !this.news) return undefined;
    const kept = megabytes(progress.kept);
    const total = megabytes(progress.total);
    switch (progress.phase) {
      case 'keeping':
        return msg(str`Kept for offline use: ${kept} of ${total} MB`);
      case 'kept':
        return progress.rest > 0
          ? msg(str`Ready for use without a network. The other models, ${megabytes(progress.rest)} MB, can be kept too: under Models`)
          : msg('Ready for use without a network');
      case 'stopped':
        if (progress.reason === 'no-room') return msg(str`No room for all: ${kept} of ${total} MB kept for offline use`);
        return progress.reason === 'no-network' ? msg('No network: the rest is kept for offline use later') : undefined;
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-offline-status': OfflineStatus;
  }
}
