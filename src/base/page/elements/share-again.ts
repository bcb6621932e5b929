import { css, html, LitElement, nothing } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import { localized, msg } from '@lit/localize';
import { shareFile, type Handed } from '../share-file';
import { fileSize } from './format';
import { icon } from './icons';
import type { Sheet } from './sheet';
import { sharedStyles } from './styles';
import './sheet';

/** Offers a file to be shared that took longer to make than the browser takes a press for. */
@customElement('sg-share-again')
@localized()
export class ShareAgain extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      p {
        margin: 0 0 0.75rem;
        overflow-wrap: anywhere;
      }
    `,
  ];

  @state() private file: File | undefined;
  @query('sg-sheet') private readonly sheet!: Sheet | null;
  @query('.primary') private readonly button!: HTMLButtonElement | null;
  #answer: ((handed: Handed) => void) | undefined;

  async offer(file: File): Promise<Handed> {
    const answer = new Promise<Handed>((resolve) => (this.#answer = resolve));
    this.file = file;
    await this.updateComplete;
    await this.sheet?.show();
    this.button?.focus();
    return answer;
  }

  override render(): unknown {
    const { file } = this;
    if (!file) return nothing;
    return html`<sg-sheet .heading=${msg('Ready to be shared')} @close=${() => this.#answer?.('cancelled')}>
      <p>${msg('Making the file took a while, and the browser wants another tap before it is shared.')}</p>
      <p>${icon('check')} ${file.name}, ${fileSize(file.size)}</p>
      <button class="primary" data-action="share" @click=${() => void this.#share(file)}>${icon('share')}${msg('Share')}</button>
    </sg-sheet>`;
  }

  async #share(file: File): Promise<void> {
    const handed = await shareFile(file);
    // Closed again, it can still be chosen.
    if (handed === 'cancelled') return;
    this.#answer?.(handed);
    this.sheet?.close();
  }
}

/** Has a person press once more. @returns what became of the file */
export function offerAgain(file: File): Promise<Handed> {
  const element = document.createElement('sg-share-again');
  document.body.append(element);
  return element.offer(file).finally(() => element.remove());
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-share-again': ShareAgain;
  }
}
