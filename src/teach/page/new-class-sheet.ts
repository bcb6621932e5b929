import { css, html, LitElement, nothing } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import { localized, msg } from '@lit/localize';
import { nameOf } from '../../base/shared/labels/label-ref';
import type { Sheet } from '../../base/page/elements/sheet';
import { sharedStyles } from '../../base/page/elements/styles';
import { LONGEST_NAME } from '../shared/classes-file';
import '../../base/page/elements/sheet';

/** Asks what images show that came before there was a class for them. */
@customElement('sg-new-thing-sheet')
@localized()
export class NewClassSheet extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      form {
        display: flex;
        flex-wrap: wrap;
        gap: 0.5rem;
      }
      input {
        flex: 1 1 12rem;
      }
    `,
  ];

  @state() private asking = false;
  @query('sg-sheet') private readonly sheet!: Sheet | null;
  @query('input') private readonly field!: HTMLInputElement | null;
  #answer: ((name: string | undefined) => void) | undefined;

  /** @returns the name; undefined where it was closed */
  async ask(): Promise<string | undefined> {
    this.#end(undefined);
    const answer = new Promise<string | undefined>((resolve) => (this.#answer = resolve));
    this.asking = true;
    await this.updateComplete;
    await this.sheet?.show();
    this.field?.focus();
    return answer;
  }

  override render(): unknown {
    if (!this.asking) return nothing;
    return html`<sg-sheet .heading=${msg('What do the pictures show?')} @close=${this.#onClose}>
      <form @submit=${this.#onSubmit}>
        <input class="field" type="text" name="name" maxlength=${LONGEST_NAME} autocomplete="off" aria-label=${msg('Name of a new thing')} placeholder=${msg('Name of a new thing')} />
        <button class="primary">${msg('Teach it')}</button>
      </form>
    </sg-sheet>`;
  }

  #onSubmit(event: SubmitEvent): void {
    event.preventDefault();
    const name = nameOf(this.field?.value ?? '');
    if (name === '') return this.field?.focus();
    this.#end(name);
    this.sheet?.close();
  }

  #onClose(): void {
    this.asking = false;
    this.#end(undefined);
  }

  #end(name: string | undefined): void {
    this.#answer?.(name);
    this.#answer = undefined;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-new-thing-sheet': NewClassSheet;
  }
}
