import { html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { consume } from '@lit/context';
import { localized, msg } from '@lit/localize';
import { labelText } from '../../base/page/language';
import { TORCHVISION_PREPROCESSING } from '../../engine/index';
import type { Thing } from '../shared/teach';
import {
  cameraContext, LiveRecognition, recogniserContext, type CameraController, type CameraStage,
  type RecogniserController, type ShownLabel,
} from '../../recognise/page/index';
import { Follower } from '../../base/page/shared-controller';
import { TeachController } from './teach-controller';
import { labelRefOf } from '../../base/shared/labels/label-ref';
import { featureModelOf, type FeatureModel } from '../../recognise/shared/index';
import { LONGEST_NAME } from '../shared/classes-file';
import { settingsContext, type SettingsStore } from '../../base/page/settings';
import type {
  ExampleRemoveEvent,
  HoldEvent,
  SpanChoiceEvent,
  ThingEvent,
  ThingNameEvent,
  ThingPicturesEvent,
} from './events';
import type { FaultActionEvent } from '../../base/page/elements/events';
import { icon } from '../../base/page/elements/icons';
import { sharedStyles } from '../../base/page/elements/styles';
import { learningNotice, notices } from './notices';
import type { SessionSheet } from './session-sheet';
import { teachViewStyles } from './teach-view-styles';
import '../../recognise/page/live/camera-stage';
import '../../recognise/page/live/label-list';
import '../../base/page/elements/fault-panel';
import './hold-button';
import './session-sheet';
import './class-card';
import './classes-tools';
import './training-report';
import './undo-bar';

/** Teaches the app things of a person's own: shows, names, learns, tests. */
@customElement('sg-teach-view')
@localized()
export class TeachView extends LitElement {
  static override styles = [sharedStyles, teachViewStyles];

  @consume({ context: recogniserContext }) readonly recogniser!: RecogniserController;
  @consume({ context: cameraContext }) readonly camera!: CameraController;
  @consume({ context: settingsContext }) readonly settings!: SettingsStore;
  @property({ type: Boolean }) active = false;
  /** The thing that the camera's pictures go to. */
  @state() private chosenId = '';
  @state() private over = false;
  @query('sg-camera-stage') private readonly stage!: CameraStage;
  @query('sg-session-sheet') private readonly sheet!: SessionSheet;
  private readonly live = new LiveRecognition(this, () => this.recogniser);
  private readonly teach = new TeachController(this, (frame, options) => this.recogniser.recognise(frame, options), () => this.#model);
  /** What the session sheet was opened for. */
  #sessionThing = '';
  /** The thing that was last scrolled into sight. */
  #shownId = '';

  constructor() {
    super();
    new Follower(this, () => [this.recogniser, this.camera]);
  }

  override updated(): void {
    const { active, camera, recogniser, teach } = this;
    this.toggleAttribute('empty', camera.state === 'off' && teach.state?.things.length === 0);
    teach.active = active && recogniser.state === 'ready';
    const wanted = active && camera.state === 'live' && recogniser.state === 'ready' && !teach.collecting && teach.relearning === undefined;
    const chosen = this.#chosen?.id ?? '';
    if (chosen !== this.#shownId) {
      this.#shownId = chosen;
      this.renderRoot.querySelector('sg-thing-card[chosen]')?.scrollIntoView({ block: 'nearest' });
    }
    // The stage draws after this element: at first it has no video element yet.
    if (wanted && !this.stage.hasUpdated) void this.stage.updateComplete.then(() => this.requestUpdate());
    else if (wanted && !this.live.running) this.live.start(this.stage.video);
    else if (!wanted && this.live.running) this.live.stop();
  }

  override render(): unknown {
    const { camera, recogniser, teach } = this;
    const things = teach.state?.things ?? [];
    return html`
      <sg-camera-stage
        .stream=${this.active ? camera.stream : undefined}
        .film=${this.active ? camera.film : undefined}
        .lens=${camera.lens}
        .mirrored=${this.#mirrored}
        .preprocessing=${recogniser.loaded?.manifest.preprocessing ?? TORCHVISION_PREPROCESSING}
      >
        <div class="centre">
          ${camera.state === 'off' ? html`<p class="off">${icon('camera')}${msg('The camera is off')}</p>` : nothing}
          ${camera.fault ? html`<sg-fault-panel .fault=${camera.fault} @sg-fault-action=${this.#onCameraFault}></sg-fault-panel>` : nothing}
        </div>
        <sg-label-list .labels=${camera.state === 'live' && !teach.collecting ? this.#labels() : []}></sg-label-list>
      </sg-camera-stage>
      <div
        class="panel ${this.over ? 'over' : ''}"
        @dragover=${this.#onDragOver}
        @dragleave=${() => (this.over = false)}
        @drop=${this.#onDrop}
        @sg-thing=${this.#onThing}
        @sg-thing-name=${({ thingId, name }: ThingNameEvent) => void teach.rename(thingId, name)}
        @sg-thing-pictures=${({ thingId, files }: ThingPicturesEvent) => void teach.addPictures(thingId, files)}
        @sg-example-remove=${this.#onExampleRemove}
      >
        ${things.length === 0 ? this.#intro() : nothing} ${notices(teach, this.#model, recogniser)}
        <form @submit=${this.#onAdd}>
          <input class="field" type="text" name="name" maxlength=${LONGEST_NAME} autocomplete="off" aria-label=${msg('Name of a new thing')} placeholder=${msg('Name of a new thing')} />
          <button class=${things.length === 0 ? 'primary' : ''}>${icon('plus')}${msg('Add')}</button>
        </form>
        ${this.#cards(things)}
        ${things.some((t) => !t.other) && !things.some((t) => t.other)
          ? html`<button data-action="other" @click=${() => void this.#addOther()}>${icon('plus')}${msg('Teach what is none of them')}</button>`
          : nothing}
        ${learningNotice(teach)}
        <sg-training-report .result=${teach.state?.result} .names=${this.#names(things)}></sg-training-report>
        <sg-things-tools class="all" .teach=${teach} ?empty=${things.length === 0} ?closed=${!this.#model} ?named=${teach.state?.enabled ?? true}></sg-things-tools>
      </div>
      <div class="act">
        <sg-undo-bar .offer=${teach.undoOffer} @sg-undo=${() => void teach.undo()}></sg-undo-bar>
        ${this.#action()}
      </div>
      <sg-session-sheet
        thing=${things.find((t) => t.id === this.#sessionThing)?.name ?? ''}
        ?other=${things.find((t) => t.id === this.#sessionThing)?.other ?? false}
        @sg-span-choice=${this.#onSpans}
      ></sg-session-sheet>
    `;
  }

  #intro(): unknown {
    return html`<div class="intro">
      <h2>${msg('Teach it things of your own')}</h2>
      <ol>
        <li>${msg('Name a thing: your mug, a plant, a friend’s dog.')}</li>
        <li>${msg('Hold the button and show it from several sides, or add pictures: 5 to 50 examples.')}</li>
        <li>${msg('It learns in seconds and names the thing live, beside the 1000 it knows.')}</li>
      </ol>
      <p>${msg('Pictures and what is learned stay on this device.')}</p>
    </div>`;
  }

  #cards(things: readonly Thing[]): unknown {
    const { collecting, state } = this.teach;
    const wrong = new Set(state?.result?.wrongIds);
    return repeat(
      things,
      (thing) => thing.id,
      (thing) => html`<sg-thing-card
        data-thing=${thing.name}
        .thing=${thing}
        .coming=${collecting?.thingId === thing.id ? collecting.examples : []}
        .wrong=${wrong}
        ?chosen=${thing.id === this.#chosen?.id}
        ?closed=${collecting !== undefined || !this.#model}
      ></sg-thing-card>`,
    );
  }

  /** The one button within the thumb's reach: start the camera, then hold to collect. */
  #action(): unknown {
    const { camera, teach } = this;
    const chosen = this.#chosen;
    if (!chosen || !this.#model) return nothing;
    if (camera.state !== 'live') {
      return html`<button class="primary" ?disabled=${camera.state === 'starting'} @click=${() => void this.#startCamera()}>
        ${icon('camera')}${camera.state === 'starting' ? msg('Starting the camera') : msg('Start the camera')}
      </button>`;
    }
    return html`<sg-hold-button
      thing=${chosen.name}
      ?held=${teach.holding}
      ?disabled=${(teach.collecting !== undefined && !teach.holding) || this.recogniser.state !== 'ready'}
      count=${teach.collecting?.examples.length ?? 0}
      @sg-hold=${this.#onHold}
    ></sg-hold-button>`;
  }

  get #model(): FeatureModel | undefined {
    const { loaded } = this.recogniser;
    return loaded && featureModelOf(loaded.manifest, loaded.precision);
  }

  get #chosen(): Thing | undefined {
    const things = this.teach.state?.things ?? [];
    return things.find((t) => t.id === this.chosenId) ?? things.at(0);
  }

  get #mirrored(): boolean {
    if (this.camera.source !== 'camera') return false;
    return this.settings.value.mirrored ?? this.camera.facesUser ?? false;
  }

  #labels(): ShownLabel[] {
    return (this.live.recognition?.steady ?? []).slice(0, 2).map((prediction) => ({
      key: String(prediction.index), name: labelText(labelRefOf(prediction)), probability: prediction.probability, own: prediction.name !== undefined,
    }));
  }

  #names(things: readonly Thing[]): string[] {
    return (this.teach.state?.result?.thingIds ?? []).map((id) => things.find((t) => t.id === id)?.name ?? '');
  }

  #startCamera(): Promise<void> {
    const { cameraId, facing } = this.settings.value;
    return this.camera.start({ deviceId: cameraId, facing });
  }

  readonly #onCameraFault = (_event: FaultActionEvent): void => void this.#startCamera();

  readonly #onHold = ({ held }: HoldEvent): void => {
    const chosen = this.#chosen;
    if (!held) this.teach.release();
    else if (chosen) void this.teach.hold(chosen.id, this.stage.video);
  };

  async #onAdd(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const input = form.elements.namedItem('name') as HTMLInputElement;
    const name = input.value.trim();
    if (name === '') return input.focus();
    const id = await this.teach.addThing(name);
    if (id === undefined) return;
    input.value = '';
    // The keyboard of a phone would cover the button that comes next.
    input.blur();
    this.chosenId = id;
  }

  async #addOther(): Promise<void> {
    this.chosenId = (await this.teach.addThing(msg('Anything else'), true)) ?? this.chosenId;
  }

  readonly #onThing = ({ thingId, action }: ThingEvent): void => {
    const thing = this.teach.state?.things.find((t) => t.id === thingId);
    if (action === 'choose') this.chosenId = thingId;
    else if (action === 'delete') void this.teach.deleteThing(thingId, thing?.name ?? '');
    else {
      this.#sessionThing = thingId;
      this.requestUpdate();
      void this.sheet.show();
    }
  };

  readonly #onExampleRemove = ({ exampleId }: ExampleRemoveEvent): void => {
    void this.teach.deleteExample(exampleId, this.teach.state?.things.find((t) => t.examples.some((e) => e.id === exampleId))?.name ?? '');
  };

  readonly #onSpans = async ({ choice }: SpanChoiceEvent): Promise<void> => {
    if (!choice.ownNames) {
      await this.teach.addSpans(this.#sessionThing, choice.film, choice.spans);
      return;
    }
    for (const name of new Set(choice.spans.map((s) => s.name))) {
      const existing = this.teach.state?.things.find((t) => t.name.toLowerCase() === name.toLowerCase())?.id;
      const id = existing ?? (await this.teach.addThing(name));
      if (id !== undefined) await this.teach.addSpans(id, choice.film, choice.spans.filter((s) => s.name === name));
    }
  };

  #onDragOver(event: DragEvent): void {
    if (!this.#chosen || !this.#model || !event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    this.over = true;
  }

  #onDrop(event: DragEvent): void {
    this.over = false;
    const files = [...(event.dataTransfer?.files ?? [])];
    const pictures = files.filter((file) => file.type.startsWith('image/'));
    const things = files.find((file) => /\.json$/i.test(file.name));
    if (pictures.length === 0 && !things) return;
    event.preventDefault();
    if (things) void this.teach.importFile(things);
    else if (this.#chosen) void this.teach.addPictures(this.#chosen.id, pictures);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-teach-view': TeachView;
  }
}
