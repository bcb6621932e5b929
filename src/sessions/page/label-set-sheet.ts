import { css, html, LitElement, nothing } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import { consume } from '@lit/context';
import { localized, msg, str } from '@lit/localize';
import { IMAGENET_LABELS } from '../../base/shared/labels/imagenet';
import { LONGEST_LABEL } from '../../base/shared/labels/label-ref';
import { allClassNames, labelText, loadAllClassNames } from '../../base/page/language';
import { fileButtonStyles } from '../../base/page/elements/form-styles';
import { list } from '../../base/page/elements/format';
import { icon } from '../../base/page/elements/icons';
import type { Sheet } from '../../base/page/elements/sheet';
import { sharedStyles } from '../../base/page/elements/styles';
import { canShare, shareFile } from '../../base/page/share-file';
import { classesByName, labelsOfText, textOfLabels, type ClassesByName, type LabelSet } from '../shared/label-set';
import { MOST_PREPARED } from '../shared/label-slots';
import { labelBookContext, type LabelBook } from './label-book';
import { LabelSetEvent } from './events';
import '../../base/page/elements/sheet';

const FILE_NAME = 'labels.txt';
/** A text of labels is never so large, bytes. */
const MOST_BYTES = 1_000_000;

/**
 * Prepares the labels for filming: a text with one label a line, which can be opened, saved and shared as a file.
 *
 * @event sg-label-set - the set was kept
 */
@customElement('sg-label-set-sheet')
@localized()
export class LabelSetSheet extends LitElement {
  static override styles = [
    sharedStyles,
    fileButtonStyles,
    css`
      p {
        margin: 0 0 0.6rem;
      }
      textarea.field {
        width: 100%;
        min-height: 9rem;
        height: min(18rem, 38dvh);
        padding: 0.6rem 0.9rem;
        border-radius: var(--sg-radius-l);
        resize: vertical;
        line-height: 1.5;
      }
      .state {
        margin: 0.35rem 0 0;
        color: var(--sg-muted);
        font-size: var(--sg-size-s);
      }
      .fault {
        margin: 0.35rem 0 0;
        color: var(--sg-warning);
        font-size: var(--sg-size-s);
      }
      .row {
        display: flex;
        flex-wrap: wrap;
        gap: 0.6rem;
        margin-top: 0.75rem;
      }
      .primary {
        margin-inline-start: auto;
      }
    `,
  ];

  @consume({ context: labelBookContext }) readonly book!: LabelBook;
  /** Settled once it is open; undefined while it is closed. */
  @state() private opening: Promise<void> | undefined;
  @state() private text = '';
  /** A file that could not be opened: its name. */
  @state() private unreadable: string | undefined;
  #classes: ClassesByName = new Map();
  @query('sg-sheet') private readonly sheet!: Sheet;
  @query('textarea') private readonly field!: HTMLTextAreaElement;

  /** @param files texts whose labels come behind those that are prepared; where it is open, behind what is being written */
  async show(files: readonly File[] = []): Promise<void> {
    await (this.opening ??= this.#open());
    for (const file of files) await this.#add(file);
  }

  async #open(): Promise<void> {
    // A class may be written in any of the languages.
    await loadAllClassNames();
    this.#classes = classesByName(allClassNames());
    this.unreadable = undefined;
    await this.updateComplete;
    this.#write(textOfLabels(this.book.prepared, this.#classes, labelText));
    await this.updateComplete;
    await this.sheet.show();
    this.field.focus();
  }

  override render(): unknown {
    return html`<sg-sheet .heading=${msg('Labels for filming')} @close=${() => (this.opening = undefined)}>${this.opening ? this.#form() : nothing}</sg-sheet>`;
  }

  #form(): unknown {
    const set = this.#set;
    return html`<form @submit=${this.#onSubmit}>
      <p id="hint">${msg('One label a line. While you film they are at hand in this order, each one tap away.')}</p>
      <textarea
        class="field"
        aria-label=${msg('Labels, one a line')}
        aria-describedby="hint"
        aria-invalid=${set.long.length > 0 ? 'true' : nothing}
        autocapitalize="off"
        spellcheck="false"
        placeholder=${[msg('red mug'), msg('blue mug'), msg('my keys')].join('\n')}
        @input=${() => (this.text = this.field.value)}
      ></textarea>
      ${this.#state(set)}
      <div class="row">
        <label class="file">
          ${icon('upload')}${msg('Open a text file')}
          <input class="visually-hidden" type="file" accept=".txt,.csv,text/plain" @change=${this.#onFile} />
        </label>
        <button type="button" ?disabled=${set.labels.length === 0} @click=${this.#onShare}>${icon('download')}${canShare(new File([''], FILE_NAME, { type: 'text/plain' })) ? msg('Share as a text file') : msg('Save as a text file')}</button>
        <button class="primary">${set.labels.length === 0 ? msg('Prepare none') : msg('Keep these')}</button>
      </div>
    </form>`;
  }

  get #set(): LabelSet {
    return labelsOfText(this.text, this.#classes, IMAGENET_LABELS);
  }

  #state({ labels, twice, long, above }: LabelSet): unknown {
    const known = labels.filter(({ index }) => index !== undefined).length;
    const faults = [
      long.length > 0 ? msg(str`Left out, as a label has ${LONGEST_LABEL} characters at most: line ${list(long.map(String))}.`) : '',
      twice.length > 0 ? msg(str`Written above already: line ${list(twice.map(String))}.`) : '',
      above > 0 ? msg(str`Left out, as there is room for ${MOST_PREPARED}: the last ${above}.`) : '',
      this.unreadable === undefined ? '' : msg(str`${this.unreadable} is no text of labels: it needs one label a line, in UTF-8.`),
    ].filter((words) => words !== '');
    return html`<p class="state" role="status">
        ${labels.length === 1 ? msg('1 label') : msg(str`${labels.length} labels`)}${known > 0 ? `; ${msg(str`${known} of them the network knows`)}` : ''}
      </p>
      <div role="alert">${faults.map((words) => html`<p class="fault">${words}</p>`)}</div>`;
  }

  get #file(): File {
    return new File([textOfLabels(this.#set.labels, this.#classes, labelText)], FILE_NAME, { type: 'text/plain' });
  }

  readonly #onShare = (): void => void shareFile(this.#file);

  async #onFile(event: Event): Promise<void> {
    const input = event.target as HTMLInputElement;
    const file = input.files?.[0];
    input.value = '';
    if (file) await this.#add(file);
  }

  async #add(file: File): Promise<void> {
    const text = await textOf(file);
    this.unreadable = text === undefined ? file.name : undefined;
    // What was written is not lost: the file's labels come after it.
    if (text !== undefined) this.#write(this.text.trim() === '' ? text : `${this.text.trimEnd()}\n${text}`);
  }

  #write(text: string): void {
    this.text = text;
    this.field.value = text;
  }

  #onSubmit(event: Event): void {
    event.preventDefault();
    this.book.prepare(this.#set.labels);
    this.sheet.close();
    this.dispatchEvent(new LabelSetEvent());
  }
}

/** @returns undefined where a file is no text */
async function textOf(file: File): Promise<string | undefined> {
  if (file.size > MOST_BYTES) return undefined;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(await file.arrayBuffer());
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-label-set-sheet': LabelSetSheet;
  }
}
