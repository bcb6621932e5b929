import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { consume } from '@lit/context';
import { localized, msg } from '@lit/localize';
import { icon } from '../../../base/page/elements/icons';
import { sharedStyles } from '../../../base/page/elements/styles';
import { settingsContext, type SettingsStore } from '../../../base/page/settings';
import { Follower } from '../../../base/page/shared-controller';
import type { AimController } from './aim-controller';

/** Says once that the network can be told where to look: until somebody has aimed and gone back, or closes it. */
@customElement('sg-aim-hint')
@localized()
export class AimHint extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      p {
        display: flex;
        flex-flow: var(--sg-hint-flow, row);
        align-items: center;
        justify-content: center;
        gap: 0.25rem;
        margin: 0;
        text-align: center;
      }
      button {
        border-color: transparent;
        background: none;
      }
    `,
  ];

  @consume({ context: settingsContext }) private readonly settings!: SettingsStore;
  @property({ attribute: false }) aim!: AimController;
  /** Whether somebody has aimed since it was shown. */
  private aimed = false;

  constructor() {
    super();
    new Follower(this, () => [this.settings, this.aim]);
  }

  override updated(): void {
    if (this.aim.square) this.aimed = true;
    else if (this.aimed && this.settings.value.aimHint) this.#done();
  }

  override render(): unknown {
    if (!this.settings.value.aimHint) return nothing;
    const words = msg('Do not say this again');
    return html`<p>
      ${this.aim.square ? msg('Tap twice to look at the middle again') : msg('Tap what you mean')}
      <button class="icon" aria-label=${words} title=${words} @click=${this.#done}>${icon('close')}</button>
    </p>`;
  }

  readonly #done = (): void => this.settings.update({ aimHint: false });
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-aim-hint': AimHint;
  }
}
