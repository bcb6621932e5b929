import { html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { localized, msg, str } from '@lit/localize';
import { Fault } from '../../../base/shared/fault';
import type { SessionManifest } from '../../shared/session';
import type { ExportedFile, ExportFormat, ExportRequest, ExportTracks, TransferProgress } from '../../shared/session-export';
import type { SessionLibrary } from './session-library';
import { exportName, isTextFormat } from '../../shared/export/export-name';
import { saysSquares } from '../../shared/square-track';
import { chooseFile, downloadFile } from '../../../base/page/save-file';
import type { Transfer } from './session-transfer';
import { fileSize } from '../../../base/page/elements/format';
import { faultText } from '../../../base/page/elements/fault-text';
import { icon } from '../../../base/page/elements/icons';
import type { Sheet } from '../../../base/page/elements/sheet';
import { sharedStyles } from '../../../base/page/elements/styles';
import '../../../base/page/elements/sheet';
import { exportSheetStyles } from './export-sheet-styles';
import { exportFormats, phaseWords } from './export-words';

/** Between frames of a training set, seconds; 0 for one a span. */
const EVERY = [0, 0.2, 0.5, 1, 2, 5] as const;

/**
 * Takes a session away: which format, whose labels, how many frames; then how far it has come.
 */
@customElement('sg-export-sheet')
@localized()
export class ExportSheet extends LitElement {
  static override styles = [sharedStyles, exportSheetStyles];

  @property({ attribute: false }) library!: SessionLibrary;
  @state() private session: SessionManifest | undefined;
  @state() private format: ExportFormat = 'everything';
  @state() private tracks: ExportTracks = 'both';
  @state() private every: number = 1;
  @state() private cut = false;
  @state() private progress: TransferProgress | undefined;
  @state() private done: ExportedFile | undefined;
  @state() private fault: Fault | undefined;
  @state() private job: Transfer<ExportedFile> | undefined;
  @query('sg-sheet') private readonly sheet!: Sheet;

  show(session: SessionManifest): Promise<void> {
    if (session.id !== this.session?.id) this.#reset();
    this.session = session;
    return this.sheet.show();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#cancel();
  }

  override render(): unknown {
    const { session, job } = this;
    return html`<sg-sheet .heading=${msg('Export the session')}>
      ${session ? html`<p class="name">${session.name}</p>` : nothing} ${session && !job ? this.#form(session) : nothing}
      ${job ? this.#running() : nothing}
    </sg-sheet>`;
  }

  #form(session: SessionManifest): unknown {
    return html`<form @submit=${this.#onSubmit}>
      <fieldset>
        <legend>${msg('Format')}</legend>
        ${exportFormats(session).map(
          ({ format, name, hint }) => html`<label class="format">
            <input type="radio" name="format" value=${format} .checked=${this.format === format} @change=${() => this.#choose(format)} />
            <span>${name}<span class="hint">${hint}</span></span>
          </label>
          ${this.format === format ? this.#options(session) : nothing}`,
        )}
      </fieldset>
      <div class="foot">
        ${this.#outcome()}
        <button class="primary">${icon('download')}${msg('Export')}</button>
      </div>
    </form>`;
  }

  /** What else there is to say of a format. */
  #options(session: SessionManifest): unknown {
    const { format } = this;
    if (format === 'label-studio') return this.#squareless(session);
    const frames = format === 'image-folder' || format === 'coco';
    if (!frames && !isTextFormat(format)) return nothing;
    const tracks: [ExportTracks, string][] = [
      ...(format === 'image-folder' ? [] : [['both', msg('Both, each in a file')] as [ExportTracks, string]]),
      ['human', msg('Yours')],
      ['predicted', msg('Recognised')],
    ];
    const whose = format === 'image-folder' && this.tracks === 'both' ? 'human' : this.tracks;
    return html`<div class="options">
      ${format === 'coco'
        ? nothing
        : html`<label
            >${msg('Whose labels')}
            <select @change=${(event: Event) => (this.tracks = (event.target as HTMLSelectElement).value as ExportTracks)}>
              ${tracks.map(([value, name]) => html`<option value=${value} ?selected=${whose === value}>${name}</option>`)}
            </select>
          </label>`}
      ${frames
        ? html`<label
            >${msg('Frames')}
            <select @change=${(event: Event) => (this.every = Number((event.target as HTMLSelectElement).value))}>
              ${EVERY.map(
                (seconds) =>
                  html`<option value=${seconds} ?selected=${this.every === seconds}>
                    ${seconds === 0 ? msg('one a label') : msg(str`every ${seconds} s`)}
                  </option>`,
              )}
            </select>
          </label>`
        : nothing}
      ${format === 'image-folder' && saysSquares(session)
        ? html`<label
            >${msg('Pictures')}
            <select @change=${(event: Event) => (this.cut = (event.target as HTMLSelectElement).value === 'cut')}>
              <option value="whole" ?selected=${!this.cut}>${msg('Whole pictures')}</option>
              <option value="cut" ?selected=${this.cut}>${msg('Cut to where the network looked')}</option>
            </select>
          </label>`
        : nothing}
      ${frames ? this.#squareless(session) : nothing}
    </div>`;
  }

  /** What is missing in an older session. */
  #squareless(session: SessionManifest): unknown {
    if (saysSquares(session)) return nothing;
    return html`<p class="hint">${msg('This session does not say where the network looked: its labels are of whole pictures.')}</p>`;
  }

  #running(): unknown {
    const { progress } = this;
    return html`<div class="running">
      <label for="bar" role="status">${phaseWords(progress?.phase)}</label>
      <progress id="bar" max="1" value=${progress ? progress.done : nothing}></progress>
      <button @click=${() => this.#cancel()}>${msg('Cancel')}</button>
    </div>`;
  }

  #outcome(): unknown {
    const { done, fault } = this;
    if (fault) {
      const { title, advice } = faultText(fault.code);
      return html`<p class="fault" role="alert" data-code=${fault.code}>
        <strong>${title}.</strong> ${advice}
        <span class="detail" lang="en">${fault.message}</span>
      </p>`;
    }
    if (!done) return nothing;
    const { file, name, bytes } = done;
    return html`<p class="done" role="status" data-bytes=${bytes}>
      ${icon('check')}<span>${file ? msg(str`${name}, ${fileSize(bytes)}, is ready.`) : msg(str`${name}, ${fileSize(bytes)}, is saved.`)}</span>
      ${file ? html`<button type="button" @click=${() => downloadFile(file, name)}>${msg('Download again')}</button>` : nothing}
    </p>`;
  }

  #choose(format: ExportFormat): void {
    this.#reset();
    this.format = format;
  }

  #reset(): void {
    this.done = undefined;
    this.fault = undefined;
  }

  async #onSubmit(event: Event): Promise<void> {
    event.preventDefault();
    const { session, format, every, cut, library } = this;
    if (!session || this.job) return;
    this.#reset();
    const tracks = format === 'image-folder' && this.tracks === 'both' ? 'human' : this.tracks;
    const request: ExportRequest = { sessionId: session.id, format, tracks, everyUs: every === 0 ? undefined : Math.round(every * 1e6), cut };
    const { name, type } = exportName(session, request);
    const target = await chooseFile(name, type);
    if (target === 'cancelled') return;
    this.progress = undefined;
    const job = library.transfer.export(request, target, (progress) => (this.progress = progress));
    this.job = job;
    try {
      this.done = await job.result;
      if (this.done?.file) downloadFile(this.done.file, this.done.name);
    } catch (error) {
      this.fault = Fault.from(error, 'export-failed');
    } finally {
      this.job = undefined;
    }
  }

  #cancel(): void {
    if (!this.job) return;
    this.job.cancel();
    void this.library.tidy();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-export-sheet': ExportSheet;
  }
}
