import { css, html, LitElement, nothing } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import { localized, msg, str } from '@lit/localize';
import { IMAGENET_LABELS } from '../../../base/shared/labels/imagenet';
import { searchLabels } from '../../../base/shared/labels/names';
import { allClassNames, className, loadAllClassNames } from '../../../base/page/language';
import type { Sheet } from '../../../base/page/elements/sheet';
import { sharedStyles } from '../../../base/page/elements/styles';
import '../../../base/page/elements/sheet';

/** A sheet with all that the network has names for, in the app's language, with a search; and what it has none for. */
@customElement('sg-class-list-sheet')
@localized()
export class ClassListSheet extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      p {
        margin: 0 0 0.75rem;
      }
      input {
        width: 100%;
      }
      .count {
        margin: 0.5rem 0;
        color: var(--sg-muted);
        font-size: var(--sg-size-s);
      }
      ul {
        /* Its height stays while the search makes it shorter: the sheet does not jump. */
        height: min(45dvh, 26rem);
        margin: 0;
        padding: 0;
        overflow: auto;
        overscroll-behavior: contain;
        list-style: none;
      }
      li {
        padding: 0.45rem 0.25rem;
        border-top: 1px solid var(--sg-surface-2);
        overflow-wrap: anywhere;
        content-visibility: auto;
        contain-intrinsic-size: auto 2.4rem;
      }
      li::first-letter {
        text-transform: uppercase;
      }
      small {
        color: var(--sg-muted);
      }
      @media (max-height: 30rem) {
        ul {
          height: auto;
          overflow: visible;
        }
      }
    `,
  ];

  @state() private words = '';
  @query('sg-sheet') private readonly sheet!: Sheet;

  async show(): Promise<void> {
    this.words = '';
    // Until they come it searches in those that are there.
    void loadAllClassNames().then(() => this.requestUpdate());
    await this.sheet.show();
  }

  override render(): unknown {
    const found = this.#found();
    return html`<sg-sheet .heading=${msg('What it knows')}>
      <p>
        ${msg('It has names for 1000 things, animals and places, and calls everything by one of them or says that it is not sure. It knows no people: it names things, not persons.')}
      </p>
      <input
        class="field"
        type="search"
        aria-label=${msg('Find a name')}
        placeholder=${msg('Find a name')}
        .value=${this.words}
        @input=${this.#onInput}
      />
      <p class="count" role="status">${found.length === 0 ? msg('It has no such name.') : msg(str`${found.length} names`)}</p>
      <ul tabindex="0" aria-label=${msg('Names')}>
        ${found.map(({ index, hint }) => html`<li>${className(index)}${hint ? html` <small>${hint}</small>` : nothing}</li>`)}
      </ul>
    </sg-sheet>`;
  }

  /** By name, or the best match first; the hint is the name in another language that was found. */
  #found(): readonly { readonly index: number; readonly hint: string }[] {
    if (this.words.trim() !== '') {
      return searchLabels(this.words, allClassNames(), IMAGENET_LABELS.length).map(({ index, name }) => ({ index, hint: name === className(index) ? '' : name }));
    }
    const order = new Intl.Collator(document.documentElement.lang);
    return IMAGENET_LABELS.map((_, index) => ({ index, hint: '' })).sort((a, b) => order.compare(className(a.index), className(b.index)));
  }

  #onInput(event: InputEvent): void {
    if (event.target instanceof HTMLInputElement) this.words = event.target.value;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-class-list-sheet': ClassListSheet;
  }
}
