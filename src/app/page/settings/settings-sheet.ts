import { html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { consume } from '@lit/context';
import { localized, msg } from '@lit/localize';
import type { WorkerCapabilities } from '../../../recognise/shared/index';
import { hasKeyboard, isPhone } from '../phone/is-phone';
import { InstallController, installsByShareMenu } from '../platform/install-prompt';
import { updateOffer } from '../platform/update-offer';
import { canSpeak } from '../../../recognise/page/index';
import { LANGUAGES } from '../../../base/page/language';
import { Follower } from '../../../base/page/shared-controller';
import { settingsContext, type Settings, type SettingsStore } from '../../../base/page/settings';
import { SettingsChangeEvent, SheetEvent, type SheetId } from '../events';
import { percent } from '../../../base/page/elements/format';
import type { ConfirmSheet } from '../../../base/page/elements/confirm-sheet';
import { icon } from '../../../base/page/elements/icons';
import type { Sheet } from '../../../base/page/elements/sheet';
import { groupStyles } from '../../../base/page/elements/form-styles';
import { sharedStyles } from '../../../base/page/elements/styles';
import '../../../base/page/elements/confirm-sheet';
import '../../../base/page/elements/sheet';
import { NOTICES } from '../../../base/shared/offline';
import { settingsSheetStyles } from './settings-sheet-styles';

/** The settings that are on or off. */
type Switch = { [Key in keyof Settings]: Settings[Key] extends boolean ? Key : never }[keyof Settings];
/** The settings that are one of some words or numbers. */
type Choice = 'theme' | 'language' | 'engine' | 'threads' | 'facing';

/** Highest certainty that can be asked for: above it hardly a label would come. */
const MOST_CERTAINTY = 0.6;

/**
 * All settings in one place.
 *
 * @event sg-settings-change - a setting was changed, or all of them reset
 * @event sg-sheet - another sheet is wanted
 */
@customElement('sg-settings-sheet')
@localized()
export class SettingsSheet extends LitElement {
  static override styles = [sharedStyles, groupStyles, settingsSheetStyles];

  @consume({ context: settingsContext }) readonly settings!: SettingsStore;
  @property({ attribute: false }) capabilities: WorkerCapabilities | undefined;
  @query('sg-confirm-sheet') private readonly confirm!: ConfirmSheet;
  /** Whether they have just been reset. */
  @state() private wasReset = false;
  @query('sg-sheet') private readonly sheet!: Sheet;
  private readonly install = new InstallController(this);

  constructor() {
    super();
    new Follower(this, () => [this.settings, updateOffer]);
  }

  async show(): Promise<void> {
    this.wasReset = false;
    // A key may have been pressed since.
    this.requestUpdate();
    await this.updateComplete;
    await this.sheet.show();
  }

  override render(): unknown {
    return html`<sg-sheet .heading=${msg('Settings')}>
      <fieldset>
        <legend>${msg('Labels')}</legend>
        ${this.#switch('smoothing', msg('Average over time'), msg('Steadier labels; a new scene still shows at once.'))}
        ${this.#switch('hold', msg('Hold a label a moment'))} ${this.#certainty()}
        ${canSpeak() ? this.#switch('aloud', msg('Speak the first label')) : nothing}
      </fieldset>
      <fieldset>
        <legend>${msg('Camera')}</legend>
        ${this.#choice('facing', msg('Start with'), [
          ['environment', msg('the rear camera')],
          ['user', msg('the front camera')],
        ])}
        ${this.#switch('statsOpen', msg('Show figures'))}
      </fieldset>
      <fieldset>
        <legend>${msg('Display and keys')}</legend>
        ${this.#choice('language', this.#languageWords(), [['auto', msg('as the device')], ...LANGUAGES])}
        ${this.#choice('theme', msg('Colours'), [
          ['auto', msg('as the system')],
          ['light', msg('light')],
          ['dark', msg('dark')],
        ])}
        ${this.#switch('shortcuts', msg('Single keys as shortcuts'))}
      </fieldset>
      <fieldset>
        <legend>${msg('Computing')}</legend>
        ${this.#choice('engine', msg('Engine'), [
          ['auto', msg('Automatic')],
          ['simd', msg('Own SIMD kernels (ResNet-18)')],
          ['ort', 'onnxruntime-web'],
        ])}
        ${this.#choice('threads', msg('Threads'), this.#threads(), msg('More are quicker, and warm the device.'))}
        ${this.#switch('adaptive', msg('Spare battery and heat'), msg('Recognises less often where the device is hot, busy or low.'))}
      </fieldset>
      <div class="actions">
        ${updateOffer.apply ? html`<button data-action="update" @click=${updateOffer.apply}>${msg('A new version is ready.')} ${msg('Reload')}</button>` : nothing}
        ${this.#link('status', msg('What this device can do'), html`${icon('chart')}`)}
        ${isPhone() ? nothing : this.#link('phone', msg('Open on a phone'), html`${icon('phone')}`)}
        ${this.install.possible
          ? html`<button @click=${() => void this.install.install()}>${icon('download')}${msg('Install the app')}</button>`
          : nothing}
        ${isPhone() && !hasKeyboard() ? nothing : this.#link('shortcuts', msg('Keyboard shortcuts'), html`${icon('keyboard')}`)}
        <button data-action="reset" @click=${() => void this.#reset()}>${msg('Reset all settings')}</button>
        <a href=${NOTICES} target="_blank" rel="noopener">${msg('Licences')}</a>
      </div>
      <p class="hint" role="status">${this.wasReset ? msg('All settings are as the app comes.') : ''}</p>
      ${installsByShareMenu()
        ? html`<p class="hint">${msg('To install the app: the share menu of Safari, then Add to Home Screen.')}</p>`
        : nothing}
    </sg-sheet>
    <sg-confirm-sheet
      .heading=${msg('Reset all settings?')}
      .text=${msg('Model, camera, language, colours and all else are as the app comes. What you recorded, took and taught stays.')}
      .action=${msg('Reset all')}
    ></sg-confirm-sheet>`;
  }

  async #reset(): Promise<void> {
    if (!(await this.confirm.ask())) return;
    this.dispatchEvent(new SettingsChangeEvent('reset'));
    this.wasReset = true;
  }

  #link(sheet: SheetId, words: string, symbol: unknown): unknown {
    const open = (): void => {
      this.sheet.close();
      this.dispatchEvent(new SheetEvent(sheet));
    };
    return html`<button data-sheet=${sheet} @click=${open}>${symbol}${words}</button>`;
  }

  #switch(key: Switch, words: string, hint = ''): unknown {
    return html`<label>
      ${this.#words(words, hint)}
      <input
        type="checkbox"
        name=${key}
        .checked=${this.settings.value[key]}
        @change=${(event: Event) => this.#change({ [key]: (event.target as HTMLInputElement).checked })}
      />
    </label>`;
  }

  #choice(key: Choice, words: string, options: readonly (readonly [value: string, words: string])[], hint = ''): unknown {
    const value = String(this.settings.value[key]);
    const numeric = typeof this.settings.value[key] === 'number';
    const choose = (event: Event): void => {
      const chosen = (event.target as HTMLSelectElement).value;
      this.#change({ [key]: numeric ? Number(chosen) : chosen });
    };
    return html`<label>
      ${this.#words(words, hint)}
      <select name=${key} @change=${choose}>
        ${options.map(([id, name]) => html`<option value=${id} .selected=${id === value}>${name}</option>`)}
      </select>
    </label>`;
  }

  #certainty(): unknown {
    const { certainty } = this.settings.value;
    const text = certainty === 0 ? msg('never') : percent(certainty);
    return html`<label>
      ${this.#words(msg('"Not sure" below'), msg('Rather than a guess that is often wrong.'))}
      <span class="slider">
        <input
          type="range"
          name="certainty"
          min="0"
          max=${MOST_CERTAINTY}
          step="0.05"
          .value=${String(certainty)}
          aria-valuetext=${text}
          @input=${(event: Event) => this.#change({ certainty: (event.target as HTMLInputElement).valueAsNumber })}
        />
        <output aria-hidden="true">${text}</output>
      </span>
    </label>`;
  }

  #words(words: string, hint: string): unknown {
    return html`<span>${words}${hint ? html`<span class="hint">${hint}</span>` : nothing}</span>`;
  }

  /** Whoever cannot read the language that is shown finds the way to their own. */
  #languageWords(): string {
    const words = msg('Language');
    return words === 'Language' ? words : `${words} / Language`;
  }

  /** As many as the device has cores; one where memory cannot be shared. */
  #threads(): [string, string][] {
    const { wasmThreads, hardwareConcurrency } = this.capabilities ?? { wasmThreads: false, hardwareConcurrency: 1 };
    const most = wasmThreads ? Math.max(hardwareConcurrency, this.settings.value.threads) : 1;
    return [['0', msg('Automatic')], ...Array.from({ length: most }, (_, i): [string, string] => [String(i + 1), String(i + 1)])];
  }

  #change(change: Partial<Settings>): void {
    this.dispatchEvent(new SettingsChangeEvent(change));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-settings-sheet': SettingsSheet;
  }
}
