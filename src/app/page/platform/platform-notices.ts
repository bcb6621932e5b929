import { css, html, LitElement, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { consume } from '@lit/context';
import { localized } from '@lit/localize';
import { InstallController } from './install-prompt';
import { NoticeTurn } from './notice-turn';
import { OfflineController } from './offline-controller';
import { recogniserContext, type RecogniserController } from '../../../recognise/page/index';
import { Follower } from '../../../base/page/shared-controller';
import { UpdateController } from './update-controller';
import { settingsContext, type SettingsStore } from '../../../base/page/settings';
import type { OfflineProgress } from '../../../base/shared/offline';
import { OfflineProgressEvent, type InstallChoiceEvent, type UpdateChoiceEvent } from '../events';
import { sharedStyles } from '../../../base/page/elements/styles';
import './damage-toast';
import './head-offers';
import './install-toast';
import './offline-offer';
import './offline-status';
import './update-toast';

/**
 * What the app says of itself, one thing at a time and in one place, which covers nothing: a new version, and what is kept for use without a
 * network. Its code is fetched
 * once the page runs, and it does nothing before the recogniser is ready, so that the first label does not wait for it.
 */
@customElement('sg-platform-notices')
@localized()
export class PlatformNotices extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      /* In the page's flow, so that nothing lies under it. */
      :host {
        display: grid;
        justify-items: center;
      }
    `,
  ];

  @consume({ context: recogniserContext }) readonly recogniser!: RecogniserController;
  @consume({ context: settingsContext }) readonly settings!: SettingsStore;
  private readonly updates = new UpdateController(this);
  private readonly offline = new OfflineController(this, () => this.updates.answers());
  #told: OfflineProgress | undefined;
  private readonly install = new InstallController(this);
  // What is damaged is to be known: only who has read it sends it away.
  private readonly turn = new NoticeTurn<'update' | 'damage' | 'install'>(this, ['damage']);
  /** Whether the kept files were looked at in this visit. */
  #looked = false;

  constructor() {
    super();
    new Follower(this, () => [this.recogniser, this.settings]);
  }

  override updated(): void {
    const state = this.recogniser.state;
    if (state === 'loading') this.offline.pause();
    if (state === 'ready') void this.#start();
    // Before the rest: what is damaged may be why nothing runs.
    if ((state === 'ready' || state === 'fault') && !this.#looked) {
      this.#looked = true;
      void this.updates.mend();
    }
    const { progress } = this.offline;
    if (progress === this.#told) return;
    this.#told = progress;
    this.dispatchEvent(new OfflineProgressEvent(progress));
  }

  override render(): unknown {
    const { updates, offline, install } = this;
    // Once it is kept: only then is it true that it works without a network.
    const offered = install.mayAsk && offline.progress?.phase === 'kept';
    const there = { update: updates.ready, damage: updates.damage !== undefined, install: offered };
    const notice = this.turn.of((['update', 'damage', 'install'] as const).filter((id) => there[id]));
    return html`
      ${notice === 'update' ? html`<sg-update-toast @sg-update-choice=${this.#onUpdate}></sg-update-toast>` : nothing}
      ${notice === 'damage' ? html`<sg-damage-toast .state=${updates.damage} @sg-update-choice=${this.#onDamage}></sg-damage-toast>` : nothing}
      ${notice === 'install' ? html`<sg-install-toast @sg-install-choice=${this.#onInstall}></sg-install-toast>` : nothing}
      <sg-offline-status ?hidden=${notice !== undefined} .progress=${offline.progress} ?news=${offline.news}></sg-offline-status>
    `;
  }

  async #start(): Promise<void> {
    if (!(await this.updates.start()) || this.recogniser.state !== 'ready') return;
    const { loaded, runningFile } = this.recogniser;
    this.offline.start({ all: this.settings.value.keepAll, model: runningFile, engine: loaded?.engine === 'ort' });
  }

  #onInstall({ choice }: InstallChoiceEvent): void {
    if (choice === 'install') void this.install.install();
    else this.install.dismiss();
  }

  #onUpdate({ choice }: UpdateChoiceEvent): void {
    if (choice === 'reload') this.updates.apply();
    else this.updates.later();
  }

  #onDamage({ choice }: UpdateChoiceEvent): void {
    if (choice === 'reload') this.updates.apply();
    else this.updates.read();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-platform-notices': PlatformNotices;
  }
}
