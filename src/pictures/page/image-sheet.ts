import { css, html, LitElement, nothing } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import { consume } from '@lit/context';
import { localized, msg } from '@lit/localize';
import { type Aim, TORCHVISION_PREPROCESSING } from '../../engine/index';
import { decodeImage } from '../../base/page/decode-image';
import type { Sheet } from '../../base/page/elements/sheet';
import { icon, type IconName } from '../../base/page/elements/icons';
import { ON_ITS_SIDE, sharedStyles } from '../../base/page/elements/styles';
import { canShare } from '../../base/page/share-file';
import { settingsContext, type SettingsStore } from '../../base/page/settings';
import { Follower } from '../../base/page/shared-controller';
import { shortcutOf } from '../../base/page/shortcut-controller';
import {
  AIM_SHORTCUTS, AimController, imageStill, LabelJudge, recogniserContext, StillLook, type RecogniserController, type ControlEvent, type ZoomEvent,
} from '../../recognise/page/index';
import type { Recognition } from '../../recognise/shared/index';
import type { DoneImage } from '../shared/image';
import { imageProblemText } from './image-problem-text';
import { copyLabelled, shareImage, type ShownImage } from './share-image';
import '../../base/page/elements/sheet';
import '../../recognise/page/live/aim-stage';
import '../../recognise/page/live/camera-tools';
import '../../recognise/page/live/label-list';
import '../../recognise/page/look/map-bar';
import '../../recognise/page/look/map-overlay';

/** Nearer to the middle than this, share of the image, nobody has aimed. */
const MIDDLE = 0.01;

/** Where the network looked when it was recognised; undefined for the middle, or where that is not known. */
function aimOf({ square, small, width, height }: DoneImage): Aim | undefined {
  if (!square || small) return undefined;
  const aim = { x: (square.x + square.width / 2) / width, y: (square.y + square.height / 2) / height, side: square.width / Math.min(width, height) };
  return Math.hypot(aim.x - 0.5, aim.y - 0.5) > MIDDLE ? aim : undefined;
}

/** A sheet with one image, large: the square that the network looks at can be moved and zoomed, and its labels follow. */
@customElement('sg-picture-sheet')
@localized()
export class ImageSheet extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      sg-sheet::part(dialog) {
        width: min(64rem, 100vw);
      }
      .stage {
        position: relative;
        display: grid;
        /* The sheet's height less its head and its edges. */
        height: max(14rem, calc(min(85dvh, 100dvh - 2rem) - 6rem));
        overflow: hidden;
        border-radius: var(--sg-radius-l);
      }
      sg-aim-stage {
        position: absolute;
        inset: 0;
      }
      .over {
        position: relative;
        display: flex;
        flex-direction: column;
        justify-content: space-between;
        gap: 0.5rem;
        min-width: 0;
        padding: 0.6rem;
        pointer-events: none;
      }
      .foot {
        display: grid;
        grid-template-columns: minmax(0, 30rem);
        justify-content: center;
        gap: 0.5rem;
      }
      .foot > * {
        pointer-events: auto;
      }
      .head {
        display: flex;
        align-items: flex-start;
        justify-content: flex-end;
        gap: 0.5rem;
      }
      .head sg-map-bar {
        flex: 1;
        min-width: 0;
      }
      .head > button {
        border-color: transparent;
        background: var(--sg-glass);
        color: #fff;
        pointer-events: auto;
      }
      @media ${ON_ITS_SIDE} {
        .stage {
          height: max(11rem, calc(min(85dvh, 100dvh - 2rem) - 6rem));
        }
        .over {
          display: grid;
          grid-template: minmax(0, 1fr) / minmax(0, 1fr);
        }
        .head,
        .foot {
          grid-area: 1 / 1;
        }
        .head {
          align-self: start;
        }
        .foot {
          align-self: end;
          justify-self: end;
          width: clamp(13rem, 34%, 22rem);
          grid-template-columns: minmax(0, 1fr);
        }
      }
      p {
        margin: 0;
        padding: 0.4rem 0.9rem;
        border-radius: var(--sg-radius-m);
        background: var(--sg-glass);
        color: #fff;
      }
    `,
  ];

  @consume({ context: recogniserContext }) private readonly recogniser!: RecogniserController;
  @consume({ context: settingsContext }) private readonly settings!: SettingsStore;
  @state() private image: DoneImage | undefined;
  /** What was just done with it. */
  @state() private told = '';
  @state() private handing = false;
  @query('sg-sheet') private readonly sheet!: Sheet;
  private readonly look = new StillLook(this, () => this.recogniser, () => ({ aim: this.aim.aim, map: this.settings.value.mapShown }));
  private readonly aim: AimController = new AimController(
    this,
    () => ({ source: this.image, lens: undefined, frozen: true, mirrored: false, preprocessing: this.#preprocessing }),
    () => this.look.again(),
  );
  private judge = new LabelJudge();
  #judged: Recognition | undefined;
  #url = '';

  constructor() {
    super();
    new Follower(this, () => [this.recogniser, this.settings, this.aim]);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#forget();
  }

  /** Opens it with an image. */
  async show(image: DoneImage): Promise<void> {
    this.#forget();
    this.image = image;
    this.#url = URL.createObjectURL(image.file);
    // Once the aim is that of this image.
    await this.updateComplete;
    const aimed = aimOf(image);
    if (aimed) this.aim.startAt(aimed);
    this.look.open(imageStill(() => decodeImage(image.file)));
    await this.sheet.show();
  }

  override willUpdate(): void {
    // Each answer by itself: it has nothing to do with the one before, as those of a film have.
    if (this.look.recognition !== this.#judged) this.judge = new LabelJudge();
    this.#judged = this.look.recognition;
    this.judge.judge(this.look.recognition, this.settings.value.certainty);
  }

  override render(): unknown {
    return html`<sg-sheet .heading=${this.image?.name ?? ''} @keydown=${this.#onKey} @close=${this.#forget}>
      ${this.image ? this.#stage(this.image) : nothing}
    </sg-sheet>`;
  }

  #stage(image: DoneImage): unknown {
    const { aim, look, judge } = this;
    const { mapShown } = this.settings.value;
    const { lack } = look;
    return html`<div class="stage">
      <sg-aim-stage .aim=${aim} .size=${image} .preprocessing=${this.#preprocessing}>
        <img src=${this.#url} alt=${image.name} />
        ${mapShown ? html`<sg-map-overlay still .look=${look.recognition?.look} .frame=${look.recognition?.frame}></sg-map-overlay>` : nothing}
      </sg-aim-stage>
      <div class="over">
        <div class="head">
          <sg-map-bar ?shown=${mapShown} .lack=${lack} @sg-control=${this.#onMap}></sg-map-bar>
          ${this.#button('copy', msg('Copy with its labels'), copyLabelled)}
          ${canShare(new File([''], 'picture.jpg', { type: 'image/jpeg' }))
            ? this.#button('share', msg('Share with its labels'), shareImage)
            : this.#button('download', msg('Save with its labels'), shareImage)}
        </div>
        <div class="foot">
          <sg-camera-tools
            .limits=${aim.limits}
            .zoom=${aim.zoom}
            ?aimed=${aim.square !== undefined}
            @sg-zoom=${({ value }: ZoomEvent) => aim.zoomTo(value)}
            @sg-control=${(_event: ControlEvent) => void aim.reset()}
          ></sg-camera-tools>
          ${this.told ? html`<p role="status">${this.told}</p>` : nothing}
          ${image.small ? html`<p>${msg('Only a small picture of it is kept: add the file again to look closer.')}</p>` : nothing}
          ${lack === 'answer' ? html`<p role="alert">${imageProblemText('engine')}</p>` : nothing}
          <sg-label-list still .labels=${judge.shown} .doubt=${judge.doubt}></sg-label-list>
        </div>
      </div>
      <div class="visually-hidden" role="status" data-key="aim">${aim.words}</div>
    </div>`;
  }

  #button(name: IconName, words: string, hand: (shown: ShownImage) => Promise<string>): unknown {
    return html`<button class="icon" data-action=${name} aria-label=${words} title=${words} aria-disabled=${String(this.handing)} @click=${() => void this.#hand(hand)}>${icon(name)}</button>`;
  }

  /** As it is seen now: with the square that a person has moved, and the labels of that. */
  async #hand(hand: (shown: ShownImage) => Promise<string>): Promise<void> {
    const { image, judge, look } = this;
    if (!image || this.handing) return;
    this.handing = true;
    this.told = await hand({ image, labels: judge.doubt ? [] : judge.shown, square: look.recognition?.square }).finally(() => (this.handing = false));
  }

  get #preprocessing(): typeof TORCHVISION_PREPROCESSING {
    return this.recogniser.loaded?.manifest.preprocessing ?? TORCHVISION_PREPROCESSING;
  }

  readonly #onMap = (): void => {
    this.settings.update({ mapShown: !this.settings.value.mapShown });
    this.look.again();
  };

  readonly #onKey = (event: KeyboardEvent): void => {
    if (this.settings.value.shortcuts && shortcutOf({ h: 'map' }, event)) this.#onMap();
    const action = shortcutOf(AIM_SHORTCUTS, event);
    // Escape closes the sheet where there is nothing to go back from.
    if (action !== undefined && this.aim.run(action)) event.preventDefault();
  };

  readonly #forget = (): void => {
    this.look.close();
    if (this.#url) URL.revokeObjectURL(this.#url);
    this.#url = '';
    this.told = '';
    this.image = undefined;
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-picture-sheet': ImageSheet;
  }
}
