import { html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { consume } from '@lit/context';
import { localized, msg } from '@lit/localize';
import { type Preprocessing, TORCHVISION_PREPROCESSING } from '../../engine/index';
import type { TaughtClass } from '../shared/teach';
import {
  AimController, cameraContext, LabelJudge, LabelTrace, labelTrace, listenToAimKeys, LiveRecognition, recogniserContext, type CameraController, type CameraStage,
  type RecogniserController, type ZoomEvent,
} from '../../recognise/page/index';
import { Follower } from '../../base/page/shared-controller';
import { TeachController } from './teach-controller';
import { featureModelOf, type FeatureModel } from '../../recognise/shared/index';
import { nameOf } from '../../base/shared/labels/label-ref';
import { LONGEST_NAME } from '../shared/classes-file';
import { shownOnce } from '../shared/moments';
import { classInboxContext, type FileInbox } from '../../base/page/file-inbox';
import { settingsContext, type SettingsStore } from '../../base/page/settings';
import type { ClassEvent, ClassImagesEvent, ClassNameEvent, ExampleRemoveEvent, HoldEvent, SpanChoiceEvent } from './events';
import type { FaultActionEvent } from '../../base/page/elements/events';
import { icon } from '../../base/page/elements/icons';
import { sharedStyles } from '../../base/page/elements/styles';
import { DroppedExamples } from './dropped-examples';
import { firstSteps, whatIsNoneOfThem } from './first-steps';
import { learningNotice, notices } from './notices';
import type { NewClassSheet } from './new-class-sheet';
import type { SessionSheet } from './session-sheet';
import { teachViewStyles } from './teach-view-styles';
import { isUndoable, undoWords } from './undo-words';
import '../../recognise/page/live/camera-stage';
import '../../recognise/page/live/camera-tools';
import '../../recognise/page/live/label-list';
import '../../base/page/elements/fault-panel';
import '../../base/page/elements/undo-bar';
import './hold-button';
import './new-class-sheet';
import './session-sheet';
import './class-card';
import './classes-tools';
import './training-report';

/** Teaches the app classes of a person's own: shows, names, learns, tests. */
@customElement('sg-teach-view')
@localized()
export class TeachView extends LitElement {
  static override styles = [sharedStyles, teachViewStyles];

  @consume({ context: recogniserContext }) readonly recogniser!: RecogniserController;
  @consume({ context: cameraContext }) readonly camera!: CameraController;
  @consume({ context: settingsContext }) readonly settings!: SettingsStore;
  @consume({ context: classInboxContext }) readonly inbox!: FileInbox;
  @property({ type: Boolean }) active = false;
  /** The class that the camera's images go to. */
  @state() private chosenId = '';
  @query('sg-camera-stage') private readonly stage!: CameraStage;
  @query('sg-session-sheet') private readonly sheet!: SessionSheet;
  @query('sg-new-thing-sheet') private readonly newClass!: NewClassSheet;
  private readonly live = new LiveRecognition(this, () => this.recogniser, () => ({ aim: this.aim.aim }));
  /** Where examples are taken of. */
  private readonly aim: AimController = new AimController(
    this,
    () => ({
      source: this.camera.stream ?? this.camera.videoFile, lens: this.camera.lens, frozen: false, mirrored: this.#mirrored,
      preprocessing: this.#preprocessing,
    }),
    () => this.live.again(),
  );
  private readonly judge = new LabelJudge();
  private readonly teach = new TeachController(this, (frame, options) => this.recogniser.recognise(frame, options), () => this.#model);
  /** What the session sheet was opened for. */
  #sessionClass = '';
  /** The class that was last scrolled into sight. */
  #shownId = '';

  constructor() {
    super();
    new Follower(this, () => [this.recogniser, this.camera, this.settings, this.inbox]);
    new DroppedExamples(this, () => ({
      inbox: this.inbox,
      teach: this.teach,
      ready: this.active && this.teach.state !== undefined && this.recogniser.state !== 'loading',
      chosenId: this.#chosen?.id,
      ask: () => this.newClass.ask(),
      onClass: (id) => (this.chosenId = id),
    }));
    new LabelTrace(this, () => (this.judge.doubt || this.camera.state !== 'live' ? undefined : this.judge.shown.at(0)?.key));
    listenToAimKeys(this, () => ({ active: this.#takesAimKeys, settings: this.settings.value, aim: this.aim }));
    this.live.onFlow = (flowing) => (this.camera.flowing = flowing);
  }

  override willUpdate(): void {
    this.live.silent = this.camera.silent;
    this.judge.judge(this.live.recognition, this.settings.value.certainty);
  }

  override updated(): void {
    const { active, camera, recogniser, teach } = this;
    this.toggleAttribute('empty', camera.state === 'off' && teach.state?.classes.length === 0);
    teach.active = active && recogniser.state === 'ready';
    const wanted = active && camera.state === 'live' && !camera.muted && recogniser.state === 'ready' && !teach.collecting && teach.relearning === undefined;
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
    const classes = teach.state?.classes ?? [];
    return html`
      <sg-camera-stage
        .stream=${this.active ? camera.stream : undefined}
        .videoFile=${this.active ? camera.videoFile : undefined}
        .aim=${this.aim}
        ?focuses=${camera.lens?.abilities.point}
        .mirrored=${this.#mirrored}
        .preprocessing=${this.#preprocessing}
      >
        <div class="centre" ?hidden=${camera.state !== 'off' && !camera.fault}>
          ${camera.state === 'off' ? html`<p class="off">${icon('camera')}${msg('The camera is off')}</p>` : nothing}
          ${camera.fault ? html`<sg-fault-panel .fault=${camera.fault} @sg-fault-action=${this.#onCameraFault}></sg-fault-panel>` : nothing}
        </div>
        ${labelTrace()}
        <div class="foot">
          ${camera.state === 'live' && !camera.fault ? this.#tools() : nothing}
          <sg-label-list
            .labels=${camera.state === 'live' && !teach.collecting ? this.judge.shown.slice(0, 2) : []}
            .doubt=${this.judge.doubt}
          ></sg-label-list>
        </div>
      </sg-camera-stage>
      <div class="visually-hidden" role="status" data-key="aim">${this.aim.words}</div>
      <div
        class="panel"
        @sg-thing=${this.#onClass}
        @sg-thing-name=${({ classId, name }: ClassNameEvent) => void teach.rename(classId, name)}
        @sg-thing-pictures=${({ classId, files }: ClassImagesEvent) => void teach.addImages(classId, files)}
        @sg-example-remove=${this.#onExampleRemove}
      >
        ${firstSteps(classes, camera.state === 'live')} ${notices(teach, this.#model, recogniser)}
        <form @submit=${this.#onAdd}>
          <input class="field" type="text" name="name" maxlength=${LONGEST_NAME} autocomplete="off" aria-label=${msg('Name of a new thing')} placeholder=${msg('Name of a new thing')} />
          <button class=${classes.length === 0 ? 'primary' : ''}>${icon('plus')}${msg('Add')}</button>
        </form>
        ${this.#cards(classes)}
        ${whatIsNoneOfThem(classes, () => void this.#addOther())}
        ${learningNotice(teach)}
        <sg-training-report .result=${teach.state?.result} .names=${this.#names(classes)} .once=${shownOnce(classes, teach.state?.result)}></sg-training-report>
        <sg-things-tools class="all" .teach=${teach} ?empty=${classes.length === 0} ?closed=${!this.#model} ?named=${teach.state?.enabled ?? true}></sg-things-tools>
      </div>
      <div class="act">
        <sg-undo-bar
          text=${teach.undoOffer ? undoWords(teach.undoOffer) : ''}
          ?undoable=${teach.undoOffer !== undefined && isUndoable(teach.undoOffer)}
          @sg-undo=${() => void teach.undo()}
        ></sg-undo-bar>
        ${this.#action()}
      </div>
      <sg-session-sheet
        .taughtName=${classes.find((t) => t.id === this.#sessionClass)?.name ?? ''}
        ?other=${classes.find((t) => t.id === this.#sessionClass)?.other ?? false}
        @sg-span-choice=${this.#onSpans}
      ></sg-session-sheet>
      <sg-new-thing-sheet></sg-new-thing-sheet>
    `;
  }

  #tools(): unknown {
    const { aim } = this;
    return html`<sg-camera-tools
      .limits=${aim.limits}
      .zoom=${aim.zoom}
      ?aimed=${aim.square !== undefined}
      @sg-zoom=${({ value }: ZoomEvent) => aim.zoomTo(value)}
      @sg-control=${() => void aim.reset()}
    ></sg-camera-tools>`;
  }

  #cards(classes: readonly TaughtClass[]): unknown {
    const { collecting, state } = this.teach;
    const wrong = new Set(state?.result?.wrongIds);
    return repeat(
      classes,
      (taughtClass) => taughtClass.id,
      (taughtClass) => html`<sg-thing-card
        data-thing=${taughtClass.name}
        .taughtClass=${taughtClass}
        .coming=${collecting?.classId === taughtClass.id ? collecting.examples : []}
        .wrong=${wrong}
        ?chosen=${taughtClass.id === this.#chosen?.id}
        ?closed=${collecting !== undefined || !this.#model}
      ></sg-thing-card>`,
    );
  }

  /** The one button within the thumb's reach: start the camera, then hold to collect. */
  #action(): unknown {
    const { camera, teach } = this;
    const chosen = this.#chosen;
    if (!this.#model) return nothing;
    if (!chosen) return html`<sg-hold-button waiting @click=${() => this.renderRoot.querySelector<HTMLElement>('form input')?.focus()}></sg-hold-button>`;
    if (camera.state !== 'live') {
      return html`<button class="primary" ?disabled=${camera.state === 'starting'} @click=${() => void this.camera.start(this.#request)}>
        ${icon('camera')}${camera.state === 'starting' ? msg('Starting the camera') : msg('Start the camera')}
      </button>`;
    }
    return html`<sg-hold-button
      .taughtName=${chosen.name}
      ?held=${teach.holding}
      ?disabled=${(teach.collecting !== undefined && !teach.holding) || this.recogniser.state !== 'ready'}
      count=${teach.collecting?.examples.length ?? 0}
      @sg-hold=${this.#onHold}
    ></sg-hold-button>`;
  }

  get #preprocessing(): Preprocessing {
    return this.recogniser.loaded?.manifest.preprocessing ?? TORCHVISION_PREPROCESSING;
  }

  get #model(): FeatureModel | undefined {
    const { loaded } = this.recogniser;
    return loaded && featureModelOf(loaded.manifest, loaded.precision);
  }

  get #chosen(): TaughtClass | undefined {
    const classes = this.teach.state?.classes ?? [];
    return classes.find((t) => t.id === this.chosenId) ?? classes.at(0);
  }

  /** With the focus in the panel keys scroll that. */
  get #takesAimKeys(): boolean {
    return this.active && this.camera.state === 'live' && !this.shadowRoot?.activeElement?.closest('.panel');
  }

  get #mirrored(): boolean {
    if (this.camera.source !== 'camera') return false;
    return this.settings.value.mirrored ?? this.camera.facesUser ?? false;
  }

  #names(classes: readonly TaughtClass[]): string[] {
    return (this.teach.state?.result?.thingIds ?? []).map((id) => classes.find((t) => t.id === id)?.name ?? '');
  }

  get #request(): { deviceId: string; facing: 'user' | 'environment' } {
    const { cameraId, facing } = this.settings.value;
    return { deviceId: cameraId, facing };
  }

  readonly #onCameraFault = (_event: FaultActionEvent): void => void this.camera.recover(this.#request);

  readonly #onHold = ({ held }: HoldEvent): void => {
    const chosen = this.#chosen;
    if (!held) this.teach.release();
    else if (chosen) void this.teach.hold(chosen.id, this.stage.video, () => this.aim.aim);
  };

  async #onAdd(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const input = form.elements.namedItem('name') as HTMLInputElement;
    const name = nameOf(input.value);
    if (name === '') return input.focus();
    const id = await this.teach.addClass(name);
    if (id === undefined) return;
    input.value = '';
    // The keyboard of a phone would cover the button that comes next.
    input.blur();
    this.chosenId = id;
  }

  async #addOther(): Promise<void> {
    this.chosenId = (await this.teach.addClass(msg('Anything else'), true)) ?? this.chosenId;
  }

  readonly #onClass = ({ classId, action }: ClassEvent): void => {
    const taughtClass = this.teach.state?.classes.find((t) => t.id === classId);
    if (action === 'choose') this.chosenId = classId;
    else if (action === 'delete') void this.teach.deleteClass(classId, taughtClass?.name ?? '');
    else {
      this.#sessionClass = classId;
      this.requestUpdate();
      void this.sheet.show();
    }
  };

  readonly #onExampleRemove = ({ exampleId }: ExampleRemoveEvent): void => {
    void this.teach.deleteExample(exampleId, this.teach.state?.classes.find((t) => t.examples.some((e) => e.id === exampleId))?.name ?? '');
  };

  readonly #onSpans = async ({ choice }: SpanChoiceEvent): Promise<void> => {
    if (!choice.ownNames) {
      await this.teach.addSpans(this.#sessionClass, choice.video, choice.spans);
      return;
    }
    for (const name of new Set(choice.spans.map((s) => s.name))) {
      const existing = this.teach.state?.classes.find((t) => t.name.toLowerCase() === name.toLowerCase())?.id;
      const id = existing ?? (await this.teach.addClass(name));
      if (id !== undefined) await this.teach.addSpans(id, choice.video, choice.spans.filter((s) => s.name === name));
    }
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-teach-view': TeachView;
  }
}
