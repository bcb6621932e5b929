import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { localized, msg } from '@lit/localize';
import { icon } from '../../../base/page/elements/icons';
import { sharedStyles } from '../../../base/page/elements/styles';
import { canShare, shareFile } from '../../../base/page/share-file';
import type { Fault } from '../../../base/shared/fault';
import type { TakenPicture } from './take-picture';

/**
 * Says that a picture was kept, shows it, and hands it on; or why one was not.
 *
 * @event save - what could not be kept is to be saved as a file
 * @event close - it was read
 */
@customElement('sg-taken-picture')
@localized()
export class TakenPictureBar extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host {
        display: block;
        container-type: inline-size;
        padding: 0.4rem;
        border-radius: var(--sg-radius-l);
        background: var(--sg-surface);
      }
      .bar {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.5rem;
      }
      img {
        flex: none;
        width: 44px;
        height: 44px;
        border-radius: var(--sg-radius-m);
        object-fit: cover;
      }
      a {
        display: flex;
        flex: 1 1 5rem;
        align-items: center;
        gap: 0.6rem;
        min-width: 0;
        min-height: 44px;
        color: inherit;
      }
      p {
        flex: 1 1 5rem;
        margin: 0 0.5rem;
      }
      /* The picture says it there, and what is read out. */
      @container (max-width: 264px) {
        a span {
          position: absolute;
          clip-path: inset(50%);
        }
        a {
          flex-basis: auto;
        }
      }
      @media (prefers-reduced-motion: no-preference) {
        img {
          animation: kept 260ms ease-out;
        }
        @keyframes kept {
          from {
            opacity: 0;
            scale: 1.6;
          }
        }
      }
    `,
  ];

  @property({ attribute: false }) picture: TakenPicture | undefined;
  @property({ attribute: false }) fault: Fault | undefined;
  /** Whether one could not be kept; where none could even be taken, there is nothing to save. */
  @property({ type: Boolean }) unkept = false;
  /** Whether that was saved as a file. */
  @property({ type: Boolean }) saved = false;
  /** Whether the picture was saved as a file, since it could not be shared. */
  @state() private downloaded = false;
  #url = '';

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    URL.revokeObjectURL(this.#url);
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('picture')) return;
    URL.revokeObjectURL(this.#url);
    this.#url = this.picture ? URL.createObjectURL(this.picture.file) : '';
    this.downloaded = false;
  }

  override render(): unknown {
    const { picture, fault } = this;
    return html`<div class="bar">
      ${fault ? this.#fault(fault) : picture ? this.#kept(picture) : nothing}
      <button class="icon" aria-label=${msg('Close')} title=${msg('Close')} @click=${() => this.dispatchEvent(new Event('close'))}>${icon('close')}</button>
    </div>`;
  }

  #kept(picture: TakenPicture): unknown {
    const shares = canShare(picture.labelled);
    return html`<a href="#pictures"><img src=${this.#url} alt="" /><span>${this.downloaded ? msg('Saved as a file') : msg('Picture kept')}</span></a>
      <button class="primary" data-action="share" @click=${() => void this.#share(picture)}>${icon(shares ? 'share' : 'download')}${shares ? msg('Share') : msg('Save')}</button>`;
  }

  #fault({ code }: Fault): unknown {
    if (!this.unkept) return html`<p role="alert">${msg('No picture could be taken: wait until an image is seen, and try again.')}</p>`;
    const words =
      code === 'storage-full'
        ? msg('The device is full: the picture is not kept. Save it as a file, or remove others.')
        : msg('The picture could not be kept. Save it as a file.');
    return html`<p role="alert">${this.saved ? msg('Saved as a file') : words}</p>
      <button class="primary" data-action="save" @click=${() => this.dispatchEvent(new Event('save'))}>${icon('download')}${msg('Save')}</button>`;
  }

  async #share(picture: TakenPicture): Promise<void> {
    this.downloaded = (await shareFile(picture.labelled)) === 'saved';
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-taken-picture': TakenPictureBar;
  }
}
