import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { localized, msg, str } from '@lit/localize';
import { icon } from '../../../base/page/elements/icons';
import { sharedStyles } from '../../../base/page/elements/styles';
import type { Routed, Share } from './places';

/** Refused files that are listed: a folder of the wrong kind is thousands. */
const MOST_LISTED = 30;

type Refused = Routed['refused'][number];

/** Why a file is not taken, and what to do. */
function refusalText(reason: Refused['reason']): string {
  switch (reason) {
    case 'empty':
      return msg('The file is empty.');
    case 'unreadable':
      return msg('The browser could not open it: see that it is there and may be read, and drop it again.');
    case 'needs-model':
      return msg('It belongs to a model: drop both together (.onnx, .safetensors, .pt, .pth, .ckpt, .bin).');
    case 'several-models':
      return msg('One model at a time: drop each with the files beside it by itself.');
    case 'model-busy':
      return msg('Another model is being tried: keep or leave that one, and drop this again.');
    case 'broken-json':
      return msg('It is no JSON, or it is cut off: export it anew.');
    case 'foreign-json':
      return msg('JSON of another program. Things that Teach exported, annotations of Label Studio and, with its model, a configuration are taken.');
    case 'coco-json':
      return msg('Annotations as COCO has them: the app writes such files for other programs, and reads none. Sessions come back from their .zip files.');
    case 'own-table':
      return msg('A table for other programs, which the app writes and does not read. Sessions come back from their .zip files.');
    case 'odd-text':
      return msg('It is no text of labels: these have one label a line, in UTF-8, and 1 MB at most.');
    case 'text-beside':
      return msg('Texts are taken as labels for filming, one a line, where they come by themselves: not in a folder, with pictures, or as a README.');
    case 'unknown':
      return msg('Of a kind that is not known here. Pictures, videos, exported sessions, things and labels, and models are taken.');
  }
}

/** What of some files went where. */
function shareText({ kind, count }: Share): string {
  switch (kind) {
    case 'images':
      return count === 1 ? msg('1 picture is under Pictures') : msg(str`${count} pictures are under Pictures`);
    case 'examples':
      return count === 1 ? msg('1 picture is taught from') : msg(str`${count} pictures are taught from`);
    case 'videos':
      return count === 1 ? msg('1 video plays under Live') : msg(str`${count} videos wait under Live: the first plays again and again until Next video is pressed`);
    case 'model':
      return msg('The model is being tried');
    case 'sessions':
      return count === 1 ? msg('1 session waits under Sessions') : msg(str`${count} sessions wait under Sessions`);
    case 'classes':
      return msg('Things wait under Teach');
    case 'label-sets':
      return msg('Labels for filming wait under Sessions');
  }
}

/**
 * Says of files that were dropped where they went, if to several places, and which are not taken, each by its name, with the reason.
 *
 * @event close - it was read
 */
@customElement('sg-drop-notice')
@localized()
export class DropNotice extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host {
        display: flex;
        align-items: flex-start;
        gap: 0.5rem;
        box-sizing: border-box;
        width: fit-content;
        max-width: min(40rem, 100% - 1.5rem);
        max-height: min(16rem, 40dvh);
        margin: 0 auto 0.5rem;
        padding: 0.4rem 0.4rem 0.4rem 1rem;
        overflow: auto;
        border: 1px solid var(--sg-line);
        border-radius: var(--sg-radius-l);
        background: var(--sg-surface);
      }
      .text {
        flex: 1;
        min-width: 0;
        padding: 0.1rem 0 0.5rem;
      }
      button {
        position: sticky;
        top: 0;
      }
      p,
      ul {
        margin: 0;
      }
      ul {
        padding: 0;
        list-style: none;
      }
      li {
        margin-top: 0.25rem;
        overflow-wrap: anywhere;
      }
      li span {
        color: var(--sg-muted);
      }
      .shares {
        display: flex;
        flex-wrap: wrap;
        gap: 0 1rem;
      }
      .shares li {
        display: flex;
        align-items: center;
        min-height: 44px;
        margin: 0;
      }
      a {
        display: flex;
        align-items: center;
        min-height: 44px;
        color: inherit;
      }
    `,
  ];

  @property({ attribute: false }) routed: Routed | undefined;

  override render(): unknown {
    const { shares, refused } = this.routed ?? { shares: [], refused: [] };
    return html`<div class="text" role="status">
        ${shares.length > 0
          ? html`<ul aria-label=${msg('Where the files went')} class="shares">
              ${shares.map((share) => html`<li>${share.view ? html`<a href="#${share.view}">${shareText(share)}</a>` : shareText(share)}</li>`)}
            </ul>`
          : nothing}
        ${refused.length > 0 ? this.#refused(refused) : nothing}
      </div>
      <button class="icon" aria-label=${msg('Close')} title=${msg('Close')} @click=${() => this.dispatchEvent(new Event('close'))}>${icon('close')}</button>`;
  }

  #refused(refused: readonly Refused[]): unknown {
    const more = refused.length - MOST_LISTED;
    return html`<div role="alert">
      <p><strong>${refused.length === 1 ? msg('A file was not taken') : msg(str`${refused.length} files were not taken`)}</strong></p>
      <ul>
        ${refused.slice(0, MOST_LISTED).map(({ name, reason }) => html`<li data-reason=${reason}><bdi>${name}</bdi> <span>${refusalText(reason)}</span></li>`)}
        ${more > 0 ? html`<li>${msg(str`and ${more} more`)}</li>` : nothing}
      </ul>
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-drop-notice': DropNotice;
  }
}
