import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { localized, msg, str } from '@lit/localize';
import type { SessionManifest } from '../../shared/session';
import { deviceQuota, keepStored, type DeviceQuota } from '../../../base/page/storage-quota';
import { fileSize } from '../../../base/page/elements/format';
import { sharedStyles } from '../../../base/page/elements/styles';

/**
 * How much of the quota the sessions take, how much the browser still allows, and whether it keeps them on a full device; a button to
 * ask it to.
 */
@customElement('sg-session-room')
@localized()
export class SessionQuota extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.25rem 1rem;
        margin-top: 1rem;
        color: var(--sg-muted);
        font-size: var(--sg-size-s);
      }
      p {
        flex: 1 1 16rem;
        margin: 0;
      }
    `,
  ];

  @property({ attribute: false }) sessions: readonly SessionManifest[] = [];
  @state() private quota: DeviceQuota | undefined;
  @state() private refused = false;
  #asked = 0;

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('sessions')) void this.#ask();
  }

  override render(): unknown {
    const { quota, refused } = this;
    return html`<p>${this.#used()} ${this.#left()}</p>
      ${quota?.kept === false && !refused ? html`<button @click=${() => void this.#keep()}>${msg('Ask the browser to keep them')}</button>` : nothing}
      <div role="status">
        ${refused ? msg('The browser does not promise to keep them when the device is full. Export what matters; browsers agree for apps that are installed or used often.') : nothing}
        ${quota?.kept === true ? msg('The browser keeps them until you delete them.') : nothing}
      </div>`;
  }

  #used(): string {
    const bytes = fileSize(this.sessions.reduce((sum, session) => sum + session.bytes, 0));
    return this.sessions.length === 1 ? msg(str`One session, ${bytes}.`) : msg(str`${this.sessions.length} sessions, ${bytes}.`);
  }

  #left(): string {
    const left = this.quota?.bytesLeft;
    return left === undefined ? '' : msg(str`The browser allows ${fileSize(left)} more.`);
  }

  async #ask(): Promise<void> {
    const call = ++this.#asked;
    const quota = await deviceQuota();
    if (call === this.#asked) this.quota = quota;
  }

  async #keep(): Promise<void> {
    this.refused = !(await keepStored());
    await this.#ask();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-session-room': SessionQuota;
  }
}
