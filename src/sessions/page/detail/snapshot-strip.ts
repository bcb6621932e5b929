import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { localized, msg, str } from '@lit/localize';
import type { Aim } from '../../../engine/index';
import type { Snapshot } from '../../shared/session';
import type { Size } from '../../shared/squares';
import { labelText } from '../../../base/page/language';
import { sharedStyles } from '../../../base/page/elements/styles';
import type { SnapshotSheet } from './snapshot-sheet';
import { preciseTime } from './time-words';
import './snapshot-image';
import './snapshot-sheet';

/**
 * The images that a person kept while recording, in the order of the video; one that is pressed is shown in its full size.
 * Nothing where there are none.
 *
 * @event sg-snapshot-edit - one is to be corrected or deleted
 * @event sg-seek - the video is to show one's moment
 * @csspart picture - one of them
 */
@customElement('sg-snapshot-strip')
@localized()
export class SnapshotStrip extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host {
        display: block;
        min-width: 0;
      }
      h3 {
        margin: 0 0 0.4rem;
        font-size: var(--sg-size-m);
      }
      ul {
        display: flex;
        gap: 0.6rem;
        margin: -4px;
        padding: 4px;
        overflow-x: auto;
        list-style: none;
      }
      li {
        flex: none;
        width: 8.5rem;
      }
      button {
        display: grid;
        gap: 0;
        width: 100%;
        padding: 0;
        overflow: hidden;
        border-radius: var(--sg-radius-m);
        text-align: start;
      }
      sg-snapshot-picture {
        aspect-ratio: 4 / 3;
        width: 100%;
      }
      span {
        padding: 0.3rem 0.6rem 0;
        overflow: hidden;
        font-size: var(--sg-size-s);
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      span + span {
        padding: 0 0.6rem 0.4rem;
        color: var(--sg-muted);
        font-variant-numeric: tabular-nums;
      }
      .unnamed {
        font-style: italic;
      }
    `,
  ];

  /** By time. */
  @property({ attribute: false }) snapshots: readonly Snapshot[] = [];
  /** Reads a snapshot's image. */
  @property({ attribute: false }) image!: (file: string) => Promise<Blob>;
  /** The square that the network's label at a time is of, in a picture of a size in pixels; undefined for the middle one. */
  @property({ attribute: false }) aimIn!: (timeUs: number, picture: Size) => Aim | undefined;
  @query('sg-snapshot-sheet') private readonly sheet!: SnapshotSheet;

  override render(): unknown {
    const { snapshots } = this;
    return html`
      ${snapshots.length === 0
        ? nothing
        : html`<h3>${msg(str`Pictures you kept (${snapshots.length})`)}</h3>
            <ul>
              ${repeat(snapshots, ({ id }) => id, (snapshot) => this.#one(snapshot))}
            </ul>`}
      <sg-snapshot-sheet .image=${this.image} .aimIn=${this.aimIn}></sg-snapshot-sheet>
    `;
  }

  #one(snapshot: Snapshot): unknown {
    const { id, file, timeUs, label } = snapshot;
    return html`<li part="picture">
      <button data-snapshot=${id} @click=${() => void this.sheet.show(snapshot)}>
        <sg-snapshot-picture aria-hidden="true" .key=${`${id} ${file}`} .image=${() => this.image(file)}></sg-snapshot-picture>
        <span class=${label ? '' : 'unnamed'}>${label ? labelText(label) : msg('No label yet')}</span>
        <span>${preciseTime(timeUs)}</span>
      </button>
    </li>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-snapshot-strip': SnapshotStrip;
  }
}
