import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { consume } from '@lit/context';
import { localized, msg, str } from '@lit/localize';
import { downloadFile } from '../../base/page/save-file';
import type { DoneImage, FailedImage, ImageItem } from '../shared/image';
import { imageInboxContext, type FileInbox } from '../../base/page/file-inbox';
import { allClassNames, className, loadAllClassNames } from '../../base/page/language';
import { ImageBatch } from './image-batch';
import { ImageKeeper } from './image-keeper';
import { keptWords, removedWords } from './kept-words';
import { RemovedImages, UNDO_SHOWN } from './removed-images';
import { copyLabelled, shareImage, shownImage } from './share-image';
import { recogniserContext, type RecogniserController } from '../../recognise/page/index';
import { Follower } from '../../base/page/shared-controller';
import { settingsContext, type SettingsStore } from '../../base/page/settings';
import { isSure } from '../../base/shared/certainty';
import { IMAGENET_LABELS } from '../../base/shared/labels/imagenet';
import { imagesCsv, imagesJsonLines } from '../shared/image-export';
import { countFirstLabels, filterByLabel } from '../shared/image-filter';
import { icon } from '../../base/page/elements/icons';
import { sharedStyles } from '../../base/page/elements/styles';
import '../../base/page/elements/fault-panel';
import '../../base/page/elements/undo-bar';
import '../../recognise/page/model/load-progress';
import './image-card';
import './image-sheet';
import type { ImageActionEvent } from './events';
import type { ImageCard } from './image-card';
import type { ImageSheet } from './image-sheet';
import { labelledPile } from './empty-drawing';
import { imageProblemText } from './image-problem-text';
import { picturesViewStyles } from './pictures-view-styles';

/** Cards shown at first, and more at a time: thousands at once would make a phone stutter. */
const PAGE = 120;
/** Bad files listed at first: a folder of a kind that this browser cannot read is thousands. */
const FAILED_PAGE = 100;
/** Labels that the search field offers. */
const SUGGESTIONS = 50;

const moreWords = (left: number): string => msg(str`Show more (${left} left)`);

/** Still images: dropped, chosen or pasted, one or thousands, each with its labels. */
@customElement('sg-pictures-view')
@localized()
export class PicturesView extends LitElement {
  static override styles = [sharedStyles, picturesViewStyles];

  @consume({ context: recogniserContext }) readonly recogniser!: RecogniserController;
  @consume({ context: imageInboxContext }) readonly inbox!: FileInbox;
  @consume({ context: settingsContext }) readonly settings!: SettingsStore;
  @property({ type: Boolean }) active = false;
  @state() private words = '';
  /** What was just done with an image, if it cannot be taken back. */
  @state() private told = '';
  @state() private shown = PAGE;
  @state() private failedShown = FAILED_PAGE;
  @query('sg-picture-sheet') private readonly sheet!: ImageSheet;
  @query('input[type=file]') private readonly chooser!: HTMLInputElement;
  private readonly keeper = new ImageKeeper(() => this.requestUpdate());
  private readonly batch = new ImageBatch(this, () => this.recogniser, this.keeper);
  private readonly removed = new RemovedImages(this, this.batch, this.keeper, () => this.#isAtUndo());

  constructor() {
    super();
    new Follower(this, () => [this.recogniser, this.inbox, this.settings]);
  }

  override updated(changed: PropertyValues<this>): void {
    if (changed.has('active') && this.active) void this.#restore();
    const files = this.inbox.take();
    if (files.length > 0) this.batch.add(files);
    else this.batch.pump();
  }

  override render(): unknown {
    const { items } = this.batch;
    const done = items.filter((item): item is DoneImage => item.state === 'done');
    const failed = items.filter((item): item is FailedImage => item.state === 'failed');
    const { fault, progress, state: recogniserState } = this.recogniser;
    return html`
      ${items.length > 0 ? this.#bar(done) : nothing}
      <div class="scroll">
        ${this.removed.refused ? html`<p role="alert">${msg('The browser refused to remove the pictures that are kept on this device. Reload the page and try again.')}</p>` : nothing}
        ${this.#lack()}
        ${fault ? html`<sg-fault-panel .fault=${fault} @sg-fault-action=${() => void this.recogniser.start()}></sg-fault-panel>` : nothing}
        ${items.length > 0 && recogniserState === 'loading' ? html`<sg-load-progress .progress=${progress}></sg-load-progress>` : nothing}
        ${items.length === 0 ? this.#empty() : this.#results(done, failed)}
      </div>
      <sg-undo-bar
        text=${this.told || removedWords(this.removed.items)}
        ?undoable=${this.told === '' && this.removed.items.length > 0}
        @sg-undo=${() => void this.#undo()}
      ></sg-undo-bar>
      <sg-picture-sheet></sg-picture-sheet>
      <input type="file" hidden multiple accept="image/*,.heic,.heif" aria-label=${msg('Picture files')} @change=${this.#onChoose} />
    `;
  }

  #empty(): unknown {
    return html`<div class="empty">
      ${labelledPile()}
      <h2>${msg('Drop pictures here, or a whole folder')}</h2>
      <p>${msg('Or paste one. Each gets its three likeliest labels. They never leave this device.')}</p>
      ${this.#chooseButton()}
    </div>`;
  }

  #chooseButton(): unknown {
    return html`<button class="primary" @click=${() => this.#choose(false)}>${icon('upload')}${msg('Choose pictures')}</button>
      <button class="take" @click=${() => this.#choose(true)}>${icon('camera')}${msg('Take a picture')}</button>`;
  }

  /** @param take whether a phone is to open its camera rather than its pictures */
  #choose(take: boolean): void {
    if (take) this.chooser.setAttribute('capture', 'environment');
    else this.chooser.removeAttribute('capture');
    this.chooser.click();
  }

  #bar(done: readonly DoneImage[]): unknown {
    const { items, finished, running } = this.batch;
    return html`<div class="bar" role="toolbar" aria-label=${msg('Pictures')}>
      ${this.#chooseButton()}
      <input
        class="field"
        type="search"
        list="labels"
        placeholder=${msg('Filter by label')}
        aria-label=${msg('Filter by label')}
        .value=${this.words}
        @input=${this.#onWords}
        @focus=${() => void loadAllClassNames()}
      />
      <datalist id="labels">
        ${countFirstLabels(done.filter(({ top }) => top.length > 0 && isSure(top[0], this.settings.value.certainty))).slice(0, SUGGESTIONS).map(({ index, name, count }) => html`<option value=${name ?? className(index)}>${count}</option>`)}
      </datalist>
      <button ?disabled=${finished === 0} @click=${() => this.#save('csv')}>CSV</button>
      <button ?disabled=${finished === 0} @click=${() => this.#save('jsonl')}>JSONL</button>
      <button class="icon" aria-label=${msg('Remove all pictures')} title=${msg('Remove all pictures')} @click=${this.#onClear}>${icon('trash')}</button>
      ${running
        ? html`<div class="progress">
            <progress max=${items.length} value=${finished} aria-label=${msg('Pictures recognised')}></progress>
            <span>${finished} / ${items.length}</span>
            <button @click=${() => void this.#remove(this.batch.cancel())}>${msg('Cancel')}</button>
          </div>`
        : nothing}
    </div>`;
  }

  #results(done: readonly DoneImage[], failed: readonly FailedImage[]): unknown {
    const matching = filterByLabel(done, this.words, allClassNames());
    return html`
      ${done.length > 0 && this.keeper.lacks.size === 0 ? html`<p class="kept">${msg('They stay on this device until you remove them.')}</p>` : nothing}
      ${failed.length > 0
        ? html`<details class="failed" open>
            <summary>${msg(str`Files that could not be read: ${failed.length}`)}</summary>
            <ul tabindex="0" aria-label=${msg('Files that could not be read')}>
              ${failed.slice(0, this.failedShown).map(({ name, problem, detail }) => html`<li title=${detail}>${name} <span>${imageProblemText(problem)}</span></li>`)}
            </ul>
            ${failed.length > this.failedShown
              ? html`<button class="more-failed" @click=${() => (this.failedShown += FAILED_PAGE)}>${moreWords(failed.length - this.failedShown)}</button>`
              : nothing}
          </details>`
        : nothing}
      <p class="visually-hidden" role="status">${this.batch.running ? '' : msg(str`Pictures recognised: ${done.length}`)}</p>
      ${matching.length === 0 && this.words.trim() !== '' ? html`<p>${msg('No picture has such a label.')}</p>` : nothing}
      <ul
        class="cards"
        @sg-picture-action=${(event: ImageActionEvent) => void this.#onAction(event)}
      >
        ${repeat(
          matching.slice(0, this.shown),
          ({ id }) => id,
          (image) => html`<li data-id=${image.id}><sg-picture-card .image=${image} certainty=${this.settings.value.certainty}></sg-picture-card></li>`,
        )}
      </ul>
      ${matching.length > this.shown
        ? html`<div class="more"><button @click=${() => (this.shown += PAGE)}>${moreWords(matching.length - this.shown)}</button></div>`
        : nothing}
    `;
  }

  /** With the English names, whatever the reader's language: programs read them. */
  #save(kind: 'csv' | 'jsonl'): void {
    const { items } = this.batch;
    const text = kind === 'csv' ? imagesCsv(items, IMAGENET_LABELS) : imagesJsonLines(items, IMAGENET_LABELS);
    downloadFile(new Blob([text], { type: kind === 'csv' ? 'text/csv' : 'application/x-ndjson' }), `sightglass-pictures.${kind}`);
  }

  #onWords(event: InputEvent): void {
    if (event.target instanceof HTMLInputElement) this.words = event.target.value;
    this.shown = PAGE;
  }

  /** What the shutter has kept since. */
  async #restore(): Promise<void> {
    if (this.#restoring) return;
    this.#restoring = true;
    try {
      // What was taken away at an earlier visit is not had back any more.
      if (this.removed.items.length === 0) this.keeper.forgetBefore(Date.now() - UNDO_SHOWN);
      await this.batch.restore();
    } catch {
      // No storage, or a refused one: there is nothing that was kept.
    } finally {
      this.#restoring = false;
    }
  }
  #restoring = false;

  /** Why some are only shown. */
  #lack(): unknown {
    const { lacks } = this.keeper;
    if (lacks.size === 0) return nothing;
    return html`<div class="lack" role="status">
      ${keptWords(lacks.values()).map((words) => html`<p>${words}</p>`)}
      <button @click=${() => this.keeper.dismiss()}>${msg('Go on')}</button>
    </div>`;
  }

  async #onAction({ action, image }: ImageActionEvent): Promise<void> {
    if (action === 'open') await this.sheet.show(image);
    else if (action === 'remove') await this.#remove([image]);
    else {
      const shown = shownImage(image, this.settings.value.certainty);
      this.#tell(await (action === 'share' ? shareImage(shown) : copyLabelled(shown)));
    }
  }

  #tell(words: string): void {
    clearTimeout(this.#telling);
    this.told = words;
    if (words) this.#telling = setTimeout(() => (this.told = ''), UNDO_SHOWN / 2);
  }
  #telling: ReturnType<typeof setTimeout> | undefined;

  /** @param images all of them if left out */
  async #remove(images?: readonly ImageItem[]): Promise<void> {
    this.#tell('');
    void this.removed.remove(images);
    // The button that was pressed is gone.
    await this.updateComplete;
    const bar = this.renderRoot.querySelector('sg-undo-bar');
    await bar?.updateComplete;
    bar?.renderRoot.querySelector('button')?.focus();
  }

  /** Whether a person is at the button for it. It gets the focus by itself: that counts only where it is seen, with a keyboard. */
  #isAtUndo(): boolean {
    const bar = this.renderRoot.querySelector('sg-undo-bar');
    return bar?.matches(':hover') || bar?.shadowRoot?.activeElement?.matches(':focus-visible') || false;
  }

  async #undo(): Promise<void> {
    const first = this.removed.items.at(0);
    await this.removed.undo();
    await this.updateComplete;
    const card = this.renderRoot.querySelector<ImageCard>(`li[data-id="${first?.id}"] sg-picture-card`);
    await card?.updateComplete;
    card?.renderRoot.querySelector('button')?.focus();
  }

  async #onClear(): Promise<void> {
    this.words = '';
    this.shown = PAGE;
    this.failedShown = FAILED_PAGE;
    await this.#remove();
  }

  #onChoose(): void {
    this.batch.add(Array.from(this.chooser.files ?? [], (file) => ({ file, name: file.name })));
    this.chooser.value = '';
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-pictures-view': PicturesView;
  }
}
