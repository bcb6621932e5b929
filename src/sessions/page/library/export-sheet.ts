import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { localized, msg, str } from '@lit/localize';
import { Fault } from '../../../base/shared/fault';
import type { SessionManifest } from '../../shared/session';
import { newDataset, type DatasetDefinition } from '../../shared/dataset/dataset';
import { isDatasetFormat, isPictureFormat, type ExportedFile, type ExportFormat, type TransferProgress } from '../../shared/session-export';
import { nameOf } from '../../../base/shared/labels/label-ref';
import { DatasetShelf, type KeptDataset } from '../dataset/dataset-shelf';
import { DatasetRemovedEvent, type DatasetChangeEvent, type DatasetPlanEvent, type DatasetSessionsEvent } from '../events';
import type { LibraryReport, SessionLibrary } from './session-library';
import { saysSquares } from '../../shared/square-track';
import { consume } from '@lit/context';
import { recogniserContext, type RecogniserController } from '../../../recognise/page/index';
import { LazyCode, missingCodeText } from '../../../base/page/lazy-code';
import { chooseFile, downloadFile } from '../../../base/page/save-file';
import type { Transfer } from './session-transfer';
import { list } from '../../../base/page/elements/format';
import { icon } from '../../../base/page/elements/icons';
import type { Sheet } from '../../../base/page/elements/sheet';
import { fieldStyles } from '../../../base/page/elements/form-styles';
import { sharedStyles } from '../../../base/page/elements/styles';
import '../../../base/page/elements/sheet';
import { exportSheetStyles } from './export-sheet-styles';
import { encodesH264 } from './encodes-h264';
import { exportFeatures } from './export-features';
import { exportRequest } from './export-request';
import { exportOutcome, exportRunning } from './export-outcome';
import { cameraChoice } from './camera-choice';
import { filmsAlone, labelOptions, squareless, type LabelChoice } from './label-options';
import { datasetFormats, exportFormats } from './export-words';

/** Longest name of a training set, characters. */
const LONGEST_NAME = 80;

/** Of several sessions so many are called by their names. */
const NAMED = 5;

/**
 * Takes a session away: which format, whose labels, which pictures; then how far it has come.
 */
@customElement('sg-export-sheet')
@localized()
export class ExportSheet extends LitElement {
  static override styles = [sharedStyles, fieldStyles, exportSheetStyles];

  @consume({ context: recogniserContext }) readonly recogniser!: RecogniserController;
  @property({ attribute: false }) library!: SessionLibrary;
  /** What was read back last, another object once it was taken back: the training set that is shown may have changed. */
  @property({ attribute: false }) annotations: LibraryReport | undefined;
  @state() private session: SessionManifest | undefined;
  @state() private format: ExportFormat = 'everything';
  @state() private choice: LabelChoice = { tracks: 'both', counted: 'recorded' };
  @state() private definition: DatasetDefinition | undefined;
  @state() private h264 = false;
  /** The training set that is shown; undefined where it is a session. */
  @state() private kept: KeptDataset | undefined;
  /** Characters of a name that has too many; 0 where it has not. */
  @state() private longName = 0;
  /** Sessions of the training set that were deleted. */
  @state() private gone = 0;
  /** Sessions that are exported as one file. */
  @state() private several: readonly SessionManifest[] = [];
  @state() private squares = false;
  /** Whether the camera's name is left out. */
  @state() private cameraless = false;
  @state() private progress: TransferProgress | undefined;
  @state() private done: ExportedFile | undefined;
  @state() private fault: Fault | undefined;
  @state() private job: Transfer<ExportedFile> | undefined;
  @query('sg-sheet') private readonly sheet!: Sheet;
  readonly #ofSessions = DatasetShelf.ofSessions();
  private readonly datasetCode = new LazyCode(this, () => Promise.all([
    import('../dataset/dataset-options'), import('../dataset/dataset-counts'), import('../dataset/dataset-grid'), import('../dataset/dataset-sessions'),
    import('../dataset/dataset-stills'), import('../dataset/dataset-accuracy'),
  ]));

  /** A training set of several sessions. @param sessions all that there are */
  showDataset(dataset: KeptDataset, sessions: readonly SessionManifest[]): Promise<void> {
    this.#reset();
    // What was taken or removed since the sheet was open last.
    this.library.transfer.stills = this.library.transfer.stills.anew();
    this.longName = 0;
    const there = sessions.filter(({ id }) => dataset.sessionIds.includes(id));
    this.gone = dataset.sessionIds.length - there.length;
    this.definition = { ...dataset, sessionIds: there.map(({ id }) => id) };
    this.kept = dataset;
    this.several = [];
    this.session = undefined;
    this.squares = there.some(saysSquares);
    if (!isDatasetFormat(this.format)) this.format = 'image-folder';
    void this.datasetCode.load();
    return this.sheet.show();
  }

  /** Everything of several sessions, as one file. */
  showSessions(sessions: readonly SessionManifest[]): Promise<void> {
    this.#reset();
    this.kept = this.session = this.definition = undefined;
    this.several = sessions;
    return this.sheet.show();
  }

  show(session: SessionManifest): Promise<void> {
    this.kept = undefined;
    this.several = [];
    this.squares = saysSquares(session);
    if (session.id !== this.session?.id) {
      this.#reset();
      this.definition = this.#ofSessions.all.find(({ id }) => id === session.id) ?? newDataset(session.name, [session.id]);
    } else if (this.definition) {
      // Its labels may be others by now: what would be exported is counted anew.
      this.definition = { ...this.definition };
    }
    this.session = session;
    void encodesH264(session.film).then((encodes) => (this.h264 = encodes));
    void this.datasetCode.load();
    return this.sheet.show();
  }

  override willUpdate(changed: PropertyValues<this>): void {
    const now = changed.has('annotations') && this.library.shelf.all.find(({ id }) => id === this.kept?.id);
    // Also while it is closed: a count that still runs keeps the set as it is here.
    if (!now || !this.definition) return;
    this.kept = now;
    this.definition = { ...now, sessionIds: this.definition.sessionIds };
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#cancel();
  }

  override render(): unknown {
    const { session, job, several, kept } = this;
    const heading = kept ? msg('Training set') : several.length > 0 ? msg(str`Export ${several.length} sessions`) : msg('Export the session');
    return html`<sg-sheet @close=${() => this.dispatchEvent(new Event('close'))} .heading=${heading}>
      ${kept ? this.#head(kept) : session ? html`<p class="name">${session.name}</p>` : nothing} ${(kept ?? session) && !job ? this.#form(session) : nothing}
      ${several.length > 0 && !job ? this.#severalForm(several) : nothing}
      ${job ? exportRunning(this.progress, () => this.#cancel()) : nothing}
    </sg-sheet>`;
  }

  /** What a kept training set is called, and what is missing of it. */
  #head(kept: KeptDataset): unknown {
    return html`<div class="set">
      <label>${msg('Name')} <input type="text" .value=${kept.name} aria-invalid=${this.longName > 0 ? 'true' : nothing} aria-describedby=${this.longName > 0 ? 'long' : nothing} @change=${(event: Event) => this.#rename(event.target as HTMLInputElement)} /></label>
      <div role="alert">${this.longName > 0 ? html`<p id="long" class="hint">${msg(str`A name has ${LONGEST_NAME} characters at most; this one has ${this.longName}.`)}</p>` : nothing}</div>
      <button type="button" data-command="forget" @click=${() => this.#forget(kept)}>${icon('trash')}${msg('Delete')}</button>
      ${this.datasetCode.state === 'missing' || this.job
        ? nothing
        : html`<sg-dataset-sessions
            .chosen=${this.definition?.sessionIds ?? []}
            .sessions=${this.library.sessions ?? []}
            ?pictures=${this.#hasStills}
            @sg-dataset-sessions=${({ sessionIds }: DatasetSessionsEvent) => this.#others(sessionIds)}
          ></sg-dataset-sessions>
            <sg-dataset-stills .definition=${this.definition} .source=${this.library.transfer.stills} @sg-dataset-change=${({ dataset }: DatasetChangeEvent) => this.#change(dataset)}></sg-dataset-stills>`}
      ${this.gone > 0 ? html`<p class="hint">${msg(str`${this.gone} of its sessions are no longer here.`)}</p>` : nothing}
    </div>`;
  }

  #form(session: SessionManifest | undefined): unknown {
    return html`<form @submit=${this.#onSubmit}>
      <fieldset>
        <legend>${msg('Format')}</legend>
        ${(session ? exportFormats(session, this.h264) : datasetFormats()).map(
          ({ format, name, hint }) => html`<label class="format">
            <input type="radio" name="format" value=${format} .checked=${this.format === format} @change=${() => this.#choose(format)} />
            <span>${name}<span class="hint">${hint}</span></span>
          </label>
          ${this.format === format ? [this.#options(session), this.#cameras] : nothing}`,
        )}
      </fieldset>
      ${this.#foot}
    </form>`;
  }

  /** Whether there are pictures by themselves in it. */
  get #hasStills(): boolean {
    return (this.definition?.stills.length ?? 0) > 0;
  }

  get #cameras(): unknown {
    const { several, session, kept, definition, format, choice, cameraless } = this;
    const ofSet = kept && (this.library.sessions ?? []).filter(({ id }) => definition?.sessionIds.includes(id));
    return cameraChoice({ several, session, ofSet, format, tracks: choice.tracks }, cameraless, (chosen) => (this.cameraless = chosen));
  }

  get #foot(): unknown {
    return html`<div class="foot">
      ${exportOutcome(this.done, this.fault)}
      <button class="primary">${icon('download')}${msg('Export')}</button>
    </div>`;
  }

  #severalForm(several: readonly SessionManifest[]): unknown {
    return html`<form @submit=${this.#onSubmit}>
      <p class="name">${list(several.slice(0, NAMED).map(({ name }) => name))}${several.length > NAMED ? ` … (${msg(str`${several.length - NAMED} more`)})` : nothing}</p>
      <p class="hint">${msg('Films, labels and pictures of all of them in one file, a folder for each: this app reads it back.')}</p>
      ${this.#cameras} ${this.#foot}
    </form>`;
  }

  /** What else there is to say of a format. */
  #options(session: SessionManifest | undefined): unknown {
    const { format } = this;
    if (isPictureFormat(format)) return this.#counted(true, session);
    // A training set is counted whatever it is taken away as: that keeps it, and gives its classes their numbers.
    return html`${labelOptions(format, session, this.choice, (change) => (this.choice = { ...this.choice, ...change }))} ${this.kept ? [this.#hasStills ? filmsAlone() : nothing, this.#counted(false)] : nothing}`;
  }

  #counted(pictures: boolean, session?: SessionManifest): unknown {
    if (this.datasetCode.state === 'missing') return html`<p class="hint">${missingCodeText()}</p>`;
    return html`<div
      class="dataset"
      @sg-dataset-change=${({ dataset }: DatasetChangeEvent) => this.#change(dataset)}
      @sg-dataset-plan=${({ plan }: DatasetPlanEvent) => this.#keep(plan.classes)}
    >
      ${pictures ? html`<sg-dataset-options .definition=${this.definition} ?squares=${this.squares || this.#hasStills}></sg-dataset-options>` : nothing}
      <sg-dataset-counts .definition=${this.definition} .transfer=${this.library.transfer} ?renames=${this.kept !== undefined}></sg-dataset-counts>
      ${pictures ? html`<sg-dataset-grid .definition=${this.definition} .transfer=${this.library.transfer}></sg-dataset-grid>
            ${this.definition?.pictures.whose === 'human' ? html`<sg-dataset-accuracy .definition=${this.definition} .transfer=${this.library.transfer}></sg-dataset-accuracy>` : nothing}` : nothing}
      ${squareless(session)}
    </div>`;
  }

  /** Other sessions for a kept training set; its classes keep their numbers. Those that are gone are forgotten. */
  #others(sessionIds: readonly string[]): void {
    const { kept, definition } = this;
    if (!kept || !definition) return;
    const there = (this.library.sessions ?? []).filter(({ id }) => sessionIds.includes(id));
    // With one session there are no sessions to split by.
    const split = there.length < 2 && definition.split.by === 'session' ? { ...definition.split, by: 'moment' as const } : definition.split;
    this.gone = 0;
    this.squares = there.some(saysSquares);
    this.kept = { ...kept, sessionIds };
    this.#change({ ...definition, sessionIds, split });
  }

  #change(dataset: DatasetDefinition): void {
    this.#reset();
    // Classes that were counted meanwhile have their numbers already; a change of anything else leaves them.
    const classes = dataset.classes === this.definition?.classes ? (this.kept?.classes ?? dataset.classes) : dataset.classes;
    this.definition = { ...dataset, classes };
    if (this.kept) this.#keep(classes);
    else if (this.session) {
      this.#ofSessions.retain([...(this.library.sessions ?? []), ...this.library.removed]);
      this.#ofSessions.put({ ...this.definition, id: this.session.id });
    }
  }

  /** Keeps a training set as it is now; classes keep the numbers that they were given. */
  #keep(classes: DatasetDefinition['classes']): void {
    const { kept, definition } = this;
    if (!kept || !definition) return;
    this.kept = { ...definition, id: kept.id, name: kept.name, sessionIds: kept.sessionIds, classes };
    this.library.shelf.offer(this.kept);
  }

  #rename(input: HTMLInputElement): void {
    const { kept } = this;
    const name = nameOf(input.value);
    if (!kept) return;
    this.longName = name.length > LONGEST_NAME ? name.length : 0;
    // What is too long stays, to be made shorter.
    if (this.longName > 0) return;
    input.value = name || kept.name;
    if (name === '') return;
    this.kept = { ...kept, name };
    this.library.shelf.offer(this.kept);
  }

  #forget(kept: KeptDataset): void {
    this.library.shelf.remove(kept.id);
    this.kept = undefined;
    this.sheet.close();
    this.dispatchEvent(new DatasetRemovedEvent(kept));
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
    const { library, session, several, kept, definition, format, choice, h264, cameraless } = this;
    if (this.job) return;
    this.#reset();
    const asked = exportRequest({ session, several, kept, definition, format, choice, h264, cameraless });
    if (!asked) return;
    const { request, name, type } = asked;
    const target = await chooseFile(name, type);
    if (target === 'cancelled') return;
    this.progress = undefined;
    const report = (progress: TransferProgress): void => void (this.progress = progress);
    try {
      const job = 'format' in request && request.format === 'features'
        ? exportFeatures(this.recogniser, library.transfer, 'dataset' in request ? { dataset: request.dataset } : { sessionId: request.sessionId }, target, report)
        : library.transfer.export(request, target, report);
      this.job = job;
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
