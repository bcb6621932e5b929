import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { consume } from '@lit/context';
import { localized, msg } from '@lit/localize';
import { downloadFile } from '../../../base/page/save-file';
import { settingsContext, type SettingsStore } from '../../../base/page/settings';
import { Follower } from '../../../base/page/shared-controller';
import { shortcutOf } from '../../../base/page/shortcut-controller';
import type { Aim } from '../../../engine/index';
import { imageStill, recogniserContext, StillLook, type RecogniserController, type Still } from '../../../recognise/page/index';
import type { Snapshot } from '../../shared/session';
import type { Size } from '../../shared/squares';
import { labelText } from '../../../base/page/language';
import { safeName } from '../../shared/export/file-names';
import { SeekEvent, type SnapshotEdit, SnapshotEditEvent } from '../events';
import { icon } from '../../../base/page/elements/icons';
import type { Sheet } from '../../../base/page/elements/sheet';
import { sharedStyles } from '../../../base/page/elements/styles';
import { preciseTime } from './time-words';
import '../../../base/page/elements/sheet';
import '../../../recognise/page/look/map-bar';
import '../../../recognise/page/look/map-overlay';
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
        border-radius: var(--sg-radius-m);
      }
      section {
        position: relative;
      }
      sg-map-bar {
        position: absolute;
        inset: 0.5rem 0.5rem auto;
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
  /** The square that the network's label at a time is of, in a picture of a size in pixels; undefined for the middle one. */
  @property({ attribute: false }) aimIn!: (timeUs: number, picture: Size) => Aim | undefined;
  @consume({ context: recogniserContext }) private readonly recogniser!: RecogniserController;
  @consume({ context: settingsContext }) private readonly settings!: SettingsStore;
  @state() private snapshot: Snapshot | undefined;
  @query('sg-sheet') private readonly sheet!: Sheet;
  private readonly look = new StillLook(this, () => this.recogniser, () => ({ aim: this.#aim, map: true }));
  #looked: Snapshot | undefined;
  #aim: Aim | undefined;

  constructor() {
    super();
    new Follower(this, () => [this.settings, this.recogniser]);
  }

  async show(snapshot: Snapshot): Promise<void> {
    this.snapshot = snapshot;
    await this.updateComplete;
    await this.sheet.show();
  }

  override willUpdate(): void {
    const wanted = this.settings.value.mapShown ? this.snapshot : undefined;
    if (wanted === this.#looked) return;
    this.#looked = wanted;
    if (wanted) this.look.open(this.#still(wanted));
    else this.look.close();
  }

  override render(): unknown {
    const { snapshot } = this;
    const name = snapshot?.label ? labelText(snapshot.label) : msg('No label yet');
    return html`<sg-sheet .heading=${name} @keydown=${this.#onKey} @close=${() => (this.snapshot = undefined)}>${snapshot ? this.#body(snapshot, name) : nothing}</sg-sheet>`;
  }

  #body({ id, file, timeUs, label, author }: Snapshot, name: string): unknown {
    const { mapShown } = this.settings.value;
    const { recognition } = this.look;
    return html`
      <section>
        <sg-snapshot-picture whole .key=${`${id} ${file}`} .image=${() => this.image(file)} alt=${name}>
          ${mapShown ? html`<sg-map-overlay still .look=${recognition?.look} .frame=${recognition?.frame}></sg-map-overlay>` : nothing}
        </sg-snapshot-picture>
        <sg-map-bar
          ?shown=${mapShown}
          .lack=${this.look.lack}
          label=${this.look.label}
          @sg-control=${this.#onMap}
        ></sg-map-bar>
      </section>
      <p>${preciseTime(timeUs)}${author === undefined ? nothing : html` · <bdi>${author}</bdi>`}</p>
      <div>
        <button @click=${() => this.#edit({ kind: 'relabel', id })}>${icon('pencil')}${label ? msg('Correct the label') : msg('Name it')}</button>
        <button @click=${() => this.#seek(timeUs)}>${icon('film')}${msg('Show it in the film')}</button>
        <button @click=${() => void this.#save(file, name)}>${icon('download')}${msg('Save the picture')}</button>
        <button @click=${() => this.#edit({ kind: 'delete', id })}>${icon('trash')}${msg('Delete the picture')}</button>
      </div>
    `;
  }

  /** As it was kept, with the square in it that the label of that time is of. */
  #still({ file, timeUs }: Snapshot): Still {
    const still = imageStill(async () => createImageBitmap(await this.image(file)));
    const frame = async (): Promise<ImageBitmap> => {
      const bitmap = await still.frame();
      this.#aim = this.aimIn(timeUs, bitmap);
      return bitmap;
    };
    return { ...still, frame };
  }

  readonly #onMap = (): void => this.settings.update({ mapShown: !this.settings.value.mapShown });

  readonly #onKey = (event: KeyboardEvent): void => {
    if (this.settings.value.shortcuts && shortcutOf({ h: 'map' }, event)) this.#onMap();
  };

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
