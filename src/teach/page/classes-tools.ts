import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { localized, msg } from '@lit/localize';
import { downloadFile } from '../../base/page/save-file';
import { canShare } from '../../base/page/share-file';
import { shareMade } from '../../base/page/share-made';
import type { TeachController } from './teach-controller';
import { fileButtonStyles } from '../../base/page/elements/form-styles';
import { icon } from '../../base/page/elements/icons';
import { sharedStyles } from '../../base/page/elements/styles';

const AS = [{ suffix: '.json', type: 'application/json' }, { suffix: '.json.txt', type: 'text/plain' }] as const;

const fileName = (): string => `sightglass-things-${new Date().toISOString().slice(0, 10)}`;

/** Export, share, import, delete all, and whether classes are named live. */
@customElement('sg-things-tools')
@localized()
export class ClassesTools extends LitElement {
  static override styles = [
    sharedStyles,
    fileButtonStyles,
    css`
      :host {
        display: grid;
        gap: 0.6rem;
      }
      .row {
        display: flex;
        flex-wrap: wrap;
        gap: 0.5rem;
      }
      label:not(.file) {
        display: inline-flex;
        align-items: center;
        gap: 0.6rem;
        min-height: 2.75rem;
        cursor: pointer;
      }
      input[type='checkbox'] {
        flex: none;
        width: 1.25rem;
        height: 1.25rem;
        accent-color: var(--sg-accent);
      }
    `,
  ];

  @property({ attribute: false }) teach!: TeachController;
  /** Whether there is anything to export or delete. */
  @property({ type: Boolean }) empty = false;
  /** Whether nothing can be taken in or out: the model that runs gives no features. */
  @property({ type: Boolean }) closed = false;
  @property({ type: Boolean }) named = true;
  @state() private images = false;
  @state() private sharing = false;

  override render(): unknown {
    const importer = html`<label class="file">
      ${icon('upload')}${msg('Import')}
      <input class="visually-hidden" type="file" accept=".json,.txt,application/json" ?disabled=${this.closed} @change=${this.#onFile} />
    </label>`;
    if (this.empty) return html`<div class="row">${importer}</div>`;
    return html`
      <label>
        <input type="checkbox" name="live" .checked=${this.named} @change=${(event: Event) => void this.teach.enable((event.target as HTMLInputElement).checked)} />
        ${msg('Name my things in the live picture')}
      </label>
      <div class="row">
        <button data-action="export" ?disabled=${this.closed} @click=${() => void this.#export()}>${icon('download')}${msg('Export')}</button>
        ${this.#shareable ? html`<button data-action="share" ?disabled=${this.closed} aria-disabled=${String(this.sharing)} @click=${() => void this.#share()}>${icon('share')}${msg('Share')}</button>` : nothing}
        ${importer}
        <button data-action="delete-all" @click=${() => void this.teach.deleteAll()}>${icon('trash')}${msg('Delete all')}</button>
      </div>
      <label>
        <input type="checkbox" name="pictures" .checked=${this.images} @change=${(event: Event) => (this.images = (event.target as HTMLInputElement).checked)} />
        ${msg('Put the pictures into the exported file too')}
      </label>
    `;
  }

  async #export(): Promise<void> {
    const file = await this.teach.exportFile(this.images);
    if (file) downloadFile(file, `${fileName()}.json`);
  }

  /** How the file can be handed on: browsers that share no JSON share it as text, which the app knows again by what is in it. */
  get #shareable(): { readonly suffix: string; readonly type: string } | undefined {
    return AS.find(({ suffix, type }) => canShare(new File(['{}'], `things${suffix}`, { type })));
  }

  async #share(): Promise<void> {
    this.sharing = true;
    await shareMade(async () => {
      const as = this.#shareable;
      const file = await this.teach.exportFile(this.images);
      return as && file ? new File([file], fileName() + as.suffix, { type: as.type }) : undefined;
    }).finally(() => (this.sharing = false));
  }

  #onFile(event: Event): void {
    const input = event.target as HTMLInputElement;
    const file = input.files?.[0];
    if (file) void this.teach.importFile(file);
    input.value = '';
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-things-tools': ClassesTools;
  }
}
