import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { localized } from '@lit/localize';
import { OfflineController } from '../../controllers/offline-controller';
import type { RecogniserController } from '../../controllers/recogniser-controller';
import { Follower } from '../../controllers/shared-controller';
import { UpdateController } from '../../controllers/update-controller';
import type { UpdateChoiceEvent } from '../events/update-choice-event';
import { sharedStyles } from '../shared/styles';
import './offline-status';
import './update-toast';

/**
 * What the app says of itself over its views: a new version, and what is kept for use without a network. Its code is fetched
 * once the page runs, and it does nothing before the recogniser is ready, so that the first label does not wait for it.
 */
@customElement('sg-platform-notices')
@localized()
export class PlatformNotices extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host {
        position: fixed;
        inset: calc(max(0.5rem, env(safe-area-inset-top)) + 3.5rem) 0.75rem auto;
        display: grid;
        justify-items: center;
        gap: 0.5rem;
        pointer-events: none;
        z-index: 3;
      }
      sg-update-toast {
        pointer-events: auto;
      }
    `,
  ];

  @property({ attribute: false }) recogniser: RecogniserController | undefined;
  private readonly updates = new UpdateController(this);
  private readonly offline = new OfflineController(this);

  constructor() {
    super();
    new Follower(this, () => (this.recogniser ? [this.recogniser] : []));
  }

  override updated(): void {
    const state = this.recogniser?.state;
    if (state === 'loading') this.offline.pause();
    if (state === 'ready') void this.#start();
  }

  override render(): unknown {
    const { updates, offline } = this;
    return html`
      ${updates.ready ? html`<sg-update-toast @sg-update-choice=${this.#onUpdate}></sg-update-toast>` : nothing}
      <sg-offline-status .progress=${offline.progress} ?fetched=${offline.fetched}></sg-offline-status>
    `;
  }

  async #start(): Promise<void> {
    if ((await this.updates.start()) && this.recogniser?.state === 'ready') this.offline.start();
  }

  #onUpdate({ choice }: UpdateChoiceEvent): void {
    if (choice === 'reload') this.updates.apply();
    else this.updates.later();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-platform-notices': PlatformNotices;
  }
}
