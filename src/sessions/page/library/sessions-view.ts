import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { consume } from '@lit/context';
import { localized, msg, str } from '@lit/localize';
import { isPlainText } from '../../../base/shared/text-files';
import { sessionInboxContext, type FileInbox } from '../../../base/page/file-inbox';
import { recogniserContext, type RecogniserController } from '../../../recognise/page/index';
import { StillReader, type StillSource } from '../still-source';
import { isSessionId } from '../../shared/session-store';
import { SessionLibrary, UNDO_TIME } from './session-library';
import { LazyCode, missingCodeText } from '../../../base/page/lazy-code';
import { Follower } from '../../../base/page/shared-controller';
import type { ChooseSessionsEvent, ChosenSessionsEvent, DatasetOpenEvent, DatasetRemovedEvent, FindSessionsEvent, NameEvent, SessionActionEvent } from '../events';
import { ALL_SESSIONS, findSessions, type SessionSearch } from '../../shared/find-sessions';
import type { SessionManifest } from '../../shared/session';
import { newDataset } from '../../shared/dataset/dataset';
import { RemovedDataset } from '../dataset/removed-dataset';
import type { DatasetBar } from '../dataset/dataset-bar';
import '../dataset/dataset-bar';
import { sharedStyles } from '../../../base/page/elements/styles';
import { faultText, sentence } from '../../../base/page/elements/fault-text';
import { fileButtonStyles } from '../../../base/page/elements/form-styles';
import { dateTime, list } from '../../../base/page/elements/format';
import { icon } from '../../../base/page/elements/icons';
import { labelledFilm } from './empty-drawing';
import { sessionStoreContext, type SessionStore } from './session-store';
import { settingsContext, type SettingsStore } from '../../../base/page/settings';
import type { ExportSheet } from './export-sheet';
import { phaseWords } from './export-words';
import type { RenameSheet } from './rename-sheet';
import type { ShareSheet } from './share-sheet';
import { sessionsViewStyles } from './sessions-view-styles';
import type { LabelSetSheet } from '../label-set-sheet';
import '../label-set-sheet';
import './export-sheet';
import './rename-sheet';
import './share-sheet';
import './session-finder';
import '../detail/session-detail';
import { ClosedFocus } from '../session-focus';
import { isChoosable } from './session-list';
import './session-quota';

/** With more sessions than these there is something to search. */
const FEW = 6;

/** The session that the address names: `#sessions/<id>`. */
function sessionInAddress(): string | undefined {
  const [view, id = '', ...more] = location.hash.split('/');
  return view === '#sessions' && more.length === 0 && isSessionId(id) ? id : undefined;
}

/**
 * The recorded sessions: a list, or the one that the address names; import by button or drop, deletion that can be taken back.
 */
@customElement('sg-sessions-view')
@localized()
export class SessionsView extends LitElement {
  static override styles = [sharedStyles, fileButtonStyles, sessionsViewStyles];

  /** False while another view is shown. */
  @property({ type: Boolean }) active = true;
  /** Gives the pictures that training sets may take besides. */
  @property({ attribute: false }) stills: StillSource | undefined;
  /** Zips that were dropped on other views. */
  @consume({ context: sessionStoreContext }) readonly store!: SessionStore;
  @consume({ context: recogniserContext }) readonly recogniser!: RecogniserController;
  @consume({ context: settingsContext }) readonly settings!: SettingsStore;
  @consume({ context: sessionInboxContext }) readonly inbox!: FileInbox;
  @state() private openId: string | undefined = sessionInAddress();
  /** Sessions that are chosen; undefined while none are to be. */
  @state() private chosen: ReadonlySet<string> | undefined;
  /** Whether the sheet that is open was opened for what was chosen. */
  #ofChosen = false;
  @state() private search: SessionSearch = ALL_SESSIONS;
  /** Whether there are pictures for training sets; looked for only where there is no session. */
  @state() private hasStills = false;
  #looked = false;
  @query('sg-export-sheet') private readonly exportSheet!: ExportSheet;
  @query('sg-dataset-bar') private readonly bar!: DatasetBar | null;
  @query('sg-share-sheet') private readonly shareSheet!: ShareSheet;
  @query('sg-rename-sheet') private readonly renameSheet!: RenameSheet;
  @query('sg-label-set-sheet') private readonly labelSet!: LabelSetSheet;
  private readonly library = new SessionLibrary(this, () => this.store);
  private readonly noticeCode = new LazyCode(this, () => import('./annotation-notice'));
  private readonly removedSet = new RemovedDataset(this, this.library.shelf, UNDO_TIME);

  constructor() {
    super();
    new Follower(this, () => [this.inbox, this.settings]);
    new ClosedFocus(this, () => this.openId);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener('hashchange', this.#onAddress);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('hashchange', this.#onAddress);
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('stills') && this.stills) this.library.transfer.stills = new StillReader(this.stills, () => this.recogniser.catalogue);
    // What comes to a hidden view waits: a sheet that it opened would be seen by nobody.
    const files = this.active ? this.inbox.take().map(({ file }) => file) : [];
    // Not within the update, which the import asks for anew.
    if (files.length > 0) void this.updateComplete.then(() => this.#receive(files));
    if (changed.has('active')) this.#looked = false;
    if (this.library.annotations && this.noticeCode.state === 'waiting') void this.noticeCode.load();
    if (this.active && !this.#looked && this.library.sessions?.length === 0) void this.#lookForStills();
    if (!changed.has('active') || changed.get('active') === undefined) return;
    if (this.active) void this.library.refresh();
    else void this.library.flush();
  }

  async #lookForStills(): Promise<void> {
    this.#looked = true;
    // Pictures that cannot be read are none to offer here; their own view says why.
    const count = async (): Promise<number> => (await (await this.stills?.())?.countKeptPictures()) ?? 0;
    this.hasStills = (await count().catch(() => 0)) > 0;
  }

  override render(): unknown {
    const { openId, library } = this;
    return html`
      ${openId === undefined
        ? this.#list()
        : html`<sg-session-detail
            .library=${library}
            .sessionId=${openId}
            .active=${this.active}
            @sg-session-action=${this.#onAction}
          ></sg-session-detail>`}
      ${this.#toast()}
      <sg-label-set-sheet></sg-label-set-sheet>
      <sg-export-sheet .library=${library} .annotations=${library.annotations} @close=${this.#onSheetClose} @sg-dataset-removed=${({ dataset }: DatasetRemovedEvent) => this.removedSet.put(dataset)}></sg-export-sheet>
      <sg-share-sheet .library=${library}></sg-share-sheet>
      <sg-rename-sheet @sg-name=${({ id, newName }: NameEvent) => void library.rename(id, newName)}></sg-rename-sheet>
    `;
  }

  #list(): unknown {
    const { library } = this;
    const { sessions } = library;
    return html`<div class="library" @sg-choose-sessions=${({ chosen }: ChooseSessionsEvent) => (this.chosen = chosen)}>
      <div class="page">
        <div class="head">
          <h2>${msg('Sessions')}</h2>
          <div class="ways">
            <button @click=${() => void this.labelSet.show()}>${icon('pencil')}${msg('Prepare labels')}</button>
            ${this.#importButton()}
          </div>
        </div>
        ${this.#fault()} ${this.#missed()} ${this.#importing()}
        ${library.annotations ? html`<sg-annotation-notice .report=${library.annotations} @sg-dismiss=${() => library.clearAnnotations()}></sg-annotation-notice>` : nothing}
        ${library.annotations && this.noticeCode.state === 'missing' ? html`<p role="alert">${missingCodeText()}</p>` : nothing}
        ${sessions === undefined
          ? html`<p role="status">${msg('Looking for sessions')}</p>`
          : sessions.length > 0
            ? this.#found(sessions)
            : this.#empty()}
      </div>
    </div>`;
  }

  #found(sessions: readonly SessionManifest[]): unknown {
    const { chosen, search, library } = this;
    // A short list is seen at a glance.
    const searches = sessions.length > FEW || search.words !== '';
    const shown = searches ? this.#searched : sessions;
    const seen = new Set(shown.map(({ id }) => id));
    const unseen = [...(chosen ?? [])].filter((id) => !seen.has(id)).length;
    return html`<sg-dataset-bar .datasets=${library.shelf.all} .chosen=${chosen} .unseen=${unseen} @sg-dataset-open=${this.#onDataset} @sg-chosen-sessions=${this.#onChosen}></sg-dataset-bar>
      ${searches ? html`<sg-session-finder .search=${search} @sg-find-sessions=${(event: FindSessionsEvent) => (this.search = event.search)}></sg-session-finder>` : nothing}
      <p class="found" role="status">${search.words === '' ? nothing : msg(str`${shown.length} of ${sessions.length} sessions`)}</p>
      <sg-session-list .sessions=${shown} .library=${library} .chosen=${chosen} .certainty=${this.settings.value.certainty} @sg-session-action=${this.#onAction}></sg-session-list>
      <sg-session-room .sessions=${sessions}></sg-session-room>`;
  }

  /** Sessions as they are searched for and sorted. */
  get #searched(): readonly SessionManifest[] {
    return findSessions(this.library.sessions ?? [], this.search, ({ createdAt }) => dateTime(createdAt));
  }

  #empty(): unknown {
    const { shelf } = this.library;
    return html`<div class="empty">${labelledFilm()}
      <h3>${msg('No sessions yet')}</h3>
      <p>${msg('Start the camera in the live view, switch Film on and press Record: the film and its labels are kept here, on this device only, to be looked through, corrected and exported.')}</p>
      <a class="primary" href="#live">${icon('camera')}${msg('To the live view')}</a>
      ${this.hasStills || shelf.all.length > 0 ? html`<sg-dataset-bar filmless .datasets=${shelf.all} @sg-dataset-open=${this.#onDataset}></sg-dataset-bar>` : nothing}
      <p>${msg('Exported sessions (.zip) can be dropped here too.')}</p>
    </div>`;
  }

  #importButton(): unknown {
    return html`<label class="file">
      ${icon('upload')}${msg('Import')}
      <input class="visually-hidden" type="file" accept=".zip,application/zip,.json,application/json" multiple @change=${this.#onFiles} />
    </label>`;
  }

  #importing(): unknown {
    const { importing } = this.library;
    if (!importing) return nothing;
    const { name, progress, waiting } = importing;
    return html`<div class="importing">
      <label for="import" role="status">
        ${msg(str`Importing ${name}`)}${waiting > 0 ? ` (${msg(str`${waiting} more`)})` : ''}: ${phaseWords(progress?.phase)}
      </label>
      <progress id="import" max="1" value=${progress ? progress.done : nothing}></progress>
      <button @click=${() => this.library.cancelImport()}>${msg('Cancel')}</button>
    </div>`;
  }

  #fault(): unknown {
    const { faults } = this.library;
    if (faults.length === 0) return nothing;
    return html`<div class="fault">
      <div>
        ${faults.map(({ file, fault }) => {
          const { title, advice } = faultText(fault.code);
          return html`<p role="alert" data-code=${fault.code}>
            ${file === undefined ? nothing : html`<bdi class="file-name">${file}</bdi>: `}<strong>${sentence(title)}</strong> ${advice}
            <span class="detail" lang="en">${fault.message}</span>
          </p>`;
        })}
      </div>
      <button @click=${() => this.library.clearFault()}>${msg('Go on')}</button>
    </div>`;
  }

  #missed(): unknown {
    const { missed } = this.library;
    if (missed.length === 0) return nothing;
    const names = list(missed.map(({ name }) => `“${name}”`));
    return html`<div class="fault">
      <p role="alert" data-code="storage-cleared">
        <strong>${sentence(msg('Sessions are gone'))}</strong>
        ${msg(str`${names}: the browser, or somebody, deleted what this page keeps on the device. Export what matters once it is recorded.`)}
      </p>
      <button @click=${() => this.library.clearMissed()}>${msg('Go on')}</button>
    </div>`;
  }

  #toast(): unknown {
    const { removed } = this.library;
    const { set } = this.removedSet;
    return html`<div role="status">
      ${set
        ? html`<div class="toast">
            <span>${msg(str`Deleted ${set.name}`)}</span>
            <button @click=${() => this.removedSet.undo()}>${msg('Undo')}</button>
          </div>`
        : nothing}
      ${removed.length > 0 && !this.library.deleting
        ? html`<div class="toast">
            <span>${removed.length === 1 ? msg(str`Deleted ${removed[0].name}`) : msg(str`Deleted ${removed.length} sessions`)}</span>
            <button @click=${() => this.library.undoRemove()}>${msg('Undo')}</button>
          </div>`
        : nothing}
    </div>`;
  }

  /** The buttons that open the sheet for what is chosen are gone when it closes: the focus goes on where they were. */
  readonly #onSheetClose = (): void => {
    this.requestUpdate();
    if (this.#ofChosen) this.bar?.focus();
    this.#ofChosen = false;
  };

  readonly #onAction = ({ action, session }: SessionActionEvent): void => {
    if (action === 'rename') void this.renameSheet.show(session);
    else if (action === 'export') void this.exportSheet.show(session);
    else if (action === 'share') void this.shareSheet.show(session);
    else void this.library.remove(session);
  };

  readonly #onChosen = ({ action }: ChosenSessionsEvent): void => {
    if (action === 'all') {
      const all = this.#searched.filter(isChoosable).map(({ id }) => id);
      this.chosen = new Set([...(this.chosen ?? []), ...all]);
      return;
    }
    const sessions = (this.library.sessions ?? []).filter(({ id }) => this.chosen?.has(id));
    this.chosen = undefined;
    this.#ofChosen = action === 'export';
    if (action === 'delete') void this.library.remove(...sessions);
    else void this.exportSheet.showSessions(sessions);
  };

  /** A kept training set, or a new one of what is chosen. */
  readonly #onDataset = ({ id }: DatasetOpenEvent): void => {
    const kept = this.library.shelf.all.find((one) => one.id === id);
    const chosen = (this.library.sessions ?? []).filter((session) => this.chosen?.has(session.id));
    const dataset = kept ?? { ...newDataset(chosen.map(({ name }) => name).join(', ').slice(0, 80) || msg('Pictures'), chosen.map((session) => session.id)), id: crypto.randomUUID() };
    this.#ofChosen = kept === undefined;
    this.chosen = undefined;
    void this.exportSheet.showDataset(dataset, this.library.sessions ?? []);
  };

  readonly #onAddress = (): void => {
    if (location.hash.startsWith('#sessions')) this.openId = sessionInAddress();
  };

  #onFiles(event: Event): void {
    const input = event.target as HTMLInputElement;
    void this.library.import([...(input.files ?? [])]);
    input.value = '';
  }

  /** Exported sessions and annotations are read, texts of labels opened. */
  async #receive(files: readonly File[]): Promise<void> {
    const texts = files.filter(isPlainText);
    void this.library.import(files.filter((file) => !isPlainText(file)));
    if (texts.length > 0) await this.labelSet.show(texts);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-sessions-view': SessionsView;
  }
}
