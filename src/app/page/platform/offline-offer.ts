import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { localized, msg, str } from '@lit/localize';
import type { OfflineProgress } from '../../../base/shared/offline';
import { fileSize } from '../../../base/page/elements/format';
import { sharedStyles } from '../../../base/page/elements/styles';
import { SettingsChangeEvent } from '../events';

/**
 * The offer to keep all models on the device, with what that takes: by itself the app keeps what has run.
 *
 * @event sg-settings-change - all are to be kept, or no more than what runs
 */
@customElement('sg-offline-offer')
@localized()
export class OfflineOffer extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      label {
        display: flex;
        align-items: center;
        gap: 0.6rem;
        min-height: 2.75rem;
      }
      input {
        flex: none;
        width: 1.5rem;
        height: 1.5rem;
        accent-color: var(--sg-accent);
      }
      p {
        margin: 0;
        color: var(--sg-muted);
        font-size: var(--sg-size-s);
        font-variant-numeric: tabular-nums;
      }
    `,
  ];

  /** Undefined where nothing is known: no service worker, or it has not begun. */
  @property({ attribute: false }) progress: OfflineProgress | undefined;
  @property({ type: Boolean }) all = false;

  override render(): unknown {
    const { progress } = this;
    if (!progress || progress.total + progress.rest === 0) return nothing;
    return html`<label
        ><input type="checkbox" name="keep-all" .checked=${this.all} @change=${this.#onChange} />${msg('Keep all models on this device, for use without a network')}</label
      >
      <p>${this.#words(progress)}</p>`;
  }

  #words({ phase, kept, total, rest }: OfflineProgress): string {
    const there = fileSize(kept);
    if (rest > 0) return msg(str`${there} are kept. All of them take ${fileSize(rest)} more, which are fetched only when you ask for them.`);
    return phase === 'kept' ? msg(str`All are kept: ${there}.`) : msg(str`${there} of ${fileSize(total)} are kept.`);
  }

  #onChange(event: Event): void {
    this.dispatchEvent(new SettingsChangeEvent({ keepAll: (event.target as HTMLInputElement).checked }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-offline-offer': OfflineOffer;
  }
}
