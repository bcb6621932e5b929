import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { localized, msg } from '@lit/localize';
import { fieldStyles } from '../../../base/page/elements/form-styles';
import { fileSize } from '../../../base/page/elements/format';
import { faultText } from '../../../base/page/elements/fault-text';
import { icon } from '../../../base/page/elements/icons';
import type { Sheet } from '../../../base/page/elements/sheet';
import { sharedStyles } from '../../../base/page/elements/styles';
import { canShare, shareFile } from '../../../base/page/share-file';
import type { SessionManifest } from '../../shared/session';
import type { ExportTracks } from '../../shared/session-export';
import { phaseWords } from './export-words';
import { FilmMaker } from './film-maker';
import type { SessionLibrary } from './session-library';
import '../../../base/page/elements/sheet';

/**
 * Makes a session's film with its labels drawn on it, on the device; then hands it to what a person chooses, or saves it. Nothing leaves the
 * device without that press.
 */
@customElement('sg-share-sheet')
@localized()
export class ShareSheet extends LitElement {
  static override styles = [
    sharedStyles,
    fieldStyles,
    css`
      p {
        margin: 0 0 0.75rem;
        overflow-wrap: anywhere;
      }
      .hint {
        color: var(--sg-muted);
      }
      label {
        display: grid;
        gap: 0.25rem;
        margin-bottom: 0.75rem;
      }
      .row {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.6rem;
      }
      progress {
        flex: 1 1 10rem;
        height: 0.5rem;
        accent-color: var(--sg-accent);
      }
      .fault {
        color: var(--sg-warning);
      }
    `,
  ];

  @property({ attribute: false }) library!: SessionLibrary;
  @state() private session: SessionManifest | undefined;
  @state() private tracks: ExportTracks = 'both';
  @state() private saved = false;
  @query('sg-sheet') private readonly sheet!: Sheet;
  private readonly film = new FilmMaker(this, () => this.library);

  /** Opens it, and begins to make the film. */
  async show(session: SessionManifest): Promise<void> {
    this.session = session;
    this.tracks = session.spans > 0 ? 'both' : 'predicted';
    this.#make();
    await this.updateComplete;
    await this.sheet.show();
  }

  override render(): unknown {
    const { session } = this;
    return html`<sg-sheet .heading=${msg('Share the film with its labels')} @close=${this.#onClose}>${session ? this.#content(session) : nothing}</sg-sheet>`;
  }

  #content(session: SessionManifest): unknown {
    return html`<p><strong>${session.name}</strong></p>
      <p class="hint">${msg('The labels are drawn onto the picture. It goes nowhere before you choose where.')}</p>
      ${session.spans > 0 ? this.#choice() : nothing}
      ${this.#outcome()}`;
  }

  #choice(): unknown {
    const tracks: [ExportTracks, string][] = [['both', msg('Both')], ['human', msg('Yours')], ['predicted', msg('Recognised')]];
    return html`<label
      >${msg('Whose labels')}
      <select @change=${this.#onTracks}>
        ${tracks.map(([value, name]) => html`<option value=${value} ?selected=${this.tracks === value}>${name}</option>`)}
      </select>
    </label>`;
  }

  #outcome(): unknown {
    const { fault, file, progress } = this.film;
    if (fault) {
      const { title, advice } = faultText(fault.code);
      return html`<p class="fault" role="alert" data-code=${fault.code}><strong>${title}.</strong> ${advice}</p>`;
    }
    if (!file) {
      return html`<div class="row">
        <label for="bar" role="status">${phaseWords(progress?.phase)}</label>
        <progress id="bar" max="1" value=${progress ? progress.done : nothing}></progress>
        <button @click=${() => this.sheet.close()}>${msg('Cancel')}</button>
      </div>`;
    }
    const shares = canShare(file);
    return html`<p role="status">${icon('check')} ${this.saved ? msg('Saved as a file') : file.name}, ${fileSize(file.size)}</p>
      <div class="row">
        <button class="primary" data-action="share" @click=${() => void this.#hand(file)}>${icon(shares ? 'share' : 'download')}${shares ? msg('Share') : msg('Save')}</button>
      </div>`;
  }

  async #hand(file: File): Promise<void> {
    this.saved = (await shareFile(file)) === 'saved';
  }

  readonly #onTracks = (event: Event): void => {
    this.tracks = (event.target as HTMLSelectElement).value as ExportTracks;
    this.#make();
  };

  #make(): void {
    this.saved = false;
    if (this.session) void this.film.make(this.session, this.tracks);
  }

  #onClose(): void {
    this.film.forget();
    this.session = undefined;
    this.dispatchEvent(new Event('close'));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-share-sheet': ShareSheet;
  }
}
