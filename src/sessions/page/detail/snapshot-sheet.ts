import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { localized, msg } from '@lit/localize';
import { downloadFile } from '../../../base/page/save-file';
import type { Snapshot } from '../../shared/session';
import { labelText } from '../../../base/page/language';
import { safeName } from '../../shared/export/file-names';
import { SeekEvent, type SnapshotEdit, SnapshotEditEvent } from '../events';
import { icon } from '../../../base/page/elements/icons';
import type { Sheet } from '../../../base/page/elements/sheet';
import { sharedStyles } from '../../../base/page/elements/styles';
import { preciseTime } from './time-words';
import '../../../base/page/elements/sheet';
import './snapshot-image';

/**
 * One snapshot in its full size, and what can be done with it.
 *
 * @event sg-snapshot-edit - its label is to be corrected, or it is to be deleted
 * @event sg-seek - the video is to show its moment
 */
@customElement('sg-snapshot-sheet')
@localized()
export class SnapshotSheet extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      sg-snapshot-picture {
        min-height: 8rem;
        border-radius: 0.8rem;
      }
      p {
        margin: 0.6rem 0;
        color: var(--sg-muted);
        font-variant-numeric: tabular-nums;
      }
      div {
        display: flex;
        flex-wrap: wrap;
        gap: 0.5rem;
      }
    `,
  ];

  /** Reads a snapshot's image. */
  @property({ attribute: false }) image!: (file: string) => Promise<Blob>;
  @state() private snapshot: Snapshot | undefined;
  @query('sg-sheet') private readonly sheet!: Sheet;

  async show(snapshot: Snapshot): Promise<void> {
    this.snapshot = snapshot;
    await this.updateComplete;
    await this.sheet.show();
  }

  override render(): unknown {
    const { snapshot } = this;
    const name = snapshot?.label ? labelText(snapshot.label) : msg('No label yet');
    return html`<sg-sheet .heading=${name}>${snapshot ? this.#body(snapshot, name) : nothing}</sg-sheet>`;
  }

  #body({ id, file, timeUs, label }: Snapshot, name: string): unknown {
    return html`
      <sg-snapshot-picture whole .key=${`${id} ${file}`} .image=${() => this.image(file)} alt=${name}></sg-snapshot-picture>
      <p>${preciseTime(timeUs)}</p>
      <div>
        <button @click=${() => this.#edit({ kind: 'relabel', id })}>${icon('pencil')}${label ? msg('Correct the label') : msg('Name it')}</button>
        <button @click=${() => this.#seek(timeUs)}>${icon('film')}${msg('Show it in the film')}</button>
        <button @click=${() => void this.#save(file, name)}>${icon('download')}${msg('Save the picture')}</button>
        <button @click=${() => this.#edit({ kind: 'delete', id })}>${icon('trash')}${msg('Delete the picture')}</button>
      </div>
    `;
  }

  #edit(edit: SnapshotEdit): void {
    this.sheet.close();
    this.dispatchEvent(new SnapshotEditEvent(edit));
  }

  #seek(timeUs: number): void {
    this.sheet.close();
    this.dispatchEvent(new SeekEvent(timeUs));
  }

  async #save(file: string, name: string): Promise<void> {
    const image = await this.image(file).catch(() => undefined);
    if (image) downloadFile(image, `${safeName(name)}-${file}`);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-snapshot-sheet': SnapshotSheet;
  }
}
