import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { consume } from '@lit/context';
import { localized, msg } from '@lit/localize';
import { labelText } from '../../../base/page/language';
import { Fault } from '../../../base/shared/fault';
import type { SessionData } from '../../shared/session';
import type { LabelRef } from '../../../base/shared/labels/label-ref';
import type { SessionStatistics } from '../../shared/session-statistics';
import type { Size } from '../../shared/squares';
import { FrameLook } from './frame-look';
import { SessionDesk } from './session-desk';
import { OpenedFocus } from '../session-focus';
import type { SessionLibrary } from '../library/session-library';
import type { LabelChoiceEvent } from '../../../base/page/elements/events';
import { type SeekEvent, SessionActionEvent, type SnapshotEditEvent, type SpanEditEvent } from '../events';
import { Follower } from '../../../base/page/shared-controller';
import { settingsContext, type SettingsStore } from '../../../base/page/settings';
import { percent } from '../../../base/page/elements/format';
import { editIcon, type EditIconName } from './edit-icons';
import type { LabelSearch } from '../../../base/page/elements/label-search';
import type { Sheet } from '../../../base/page/elements/sheet';
import type { Aim } from '../../../engine/index';
import { recogniserContext, type RecogniserController } from '../../../recognise/page/index';
import { labelBookContext, type LabelBook } from '../label-book';
import { sharedStyles } from '../../../base/page/elements/styles';
import type { LabelTimeline } from './label-timeline';
import { lookedMap, lookedSquare, lookedSquareStyles } from './looked-square';
import { unreadableLines } from './unreadable-lines';
import { sessionDetailStyles } from './session-detail-styles';
import { commandOf, isZoom, KEYS, type Command } from './session-keys';
import { preciseTime } from './time-words';
import '../../../base/page/elements/fault-panel';
import '../../../base/page/elements/label-search';
import '../../../base/page/elements/sheet';
import '../../../recognise/page/look/map-bar';
import './label-lists';
import './label-timeline';
import './snapshot-strip';
import './span-panel';

/**
 * One session: its video, with labels over time that a person corrects.
 *
 * @event sg-session-action - the session is to be exported or shared
 */
@customElement('sg-session-detail')
@localized()
export class SessionDetail extends LitElement {
  static override styles = [sharedStyles, sessionDetailStyles, lookedSquareStyles];

  @consume({ context: labelBookContext }) readonly book!: LabelBook;
  @consume({ context: settingsContext }) readonly settings!: SettingsStore;
  @consume({ context: recogniserContext }) readonly recogniser!: RecogniserController;
  @property({ attribute: false }) library!: SessionLibrary;
  @property() sessionId = '';
  /** False while another view is shown: then it does not play on. */
  @property({ type: Boolean }) active = true;
  @query('video') private readonly video!: HTMLVideoElement | null;
  @query('sg-label-timeline') private readonly timeline!: LabelTimeline | null;
  @query('sg-sheet') private readonly sheet!: Sheet | null;
  @query('sg-label-search') private readonly search!: LabelSearch;
  private readonly desk = new SessionDesk(
    this,
    () => this.book,
    (timeUs) => {
      this.timeline?.showTime(timeUs);
      this.requestUpdate();
    },
    () => this.settings.value.certainty,
  );
  private readonly look = new FrameLook(this, () => this.recogniser, () => ({
    wanted: this.active && this.settings.value.mapShown, video: this.desk.videoFault ? undefined : (this.video ?? undefined), square: this.desk.aim,
  }));
  /** What becomes of the label that is searched for. */
  #onLabel: (label: LabelRef) => void = () => undefined;

  constructor() {
    super();
    new Follower(this, () => [this.settings, this.recogniser]);
    new OpenedFocus(this);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener('keydown', this.#onKey);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('keydown', this.#onKey);
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('sessionId')) void this.desk.editor.open(this.library.store, this.sessionId);
    if (changed.has('active') && !this.active) this.desk.player.pause();
  }

  override updated(): void {
    void this.desk.openVideo(this.library, this.video);
  }

  override render(): unknown {
    const { data, fault } = this.desk.editor;
    if (data) return this.#page(data);
    return html`<div class="notice" role="status">
      ${fault
        ? html`<sg-fault-panel .fault=${fault} @sg-fault-action=${() => (location.hash = 'sessions')}></sg-fault-panel>`
        : msg('Opening the session')}
    </div>`;
  }

  #page(data: SessionData): unknown {
    const { editor, player, runs, plotted, videoFault } = this.desk;
    const { durationUs } = data.manifest;
    return html`<div class="page">
      ${this.#head(data)} ${unreadableLines(data)}
      <div class="film">
        ${videoFault
          ? html`<sg-fault-panel .fault=${videoFault} @sg-fault-action=${() => this.desk.retryVideo()}></sg-fault-panel>`
          : html`<video
              playsinline
              muted
              preload="auto"
              aria-label=${msg('Film of the session')}
              @error=${this.#onVideoError}
              @click=${() => player.toggle()}
            ></video>`}
        ${this.video?.videoWidth && !videoFault ? this.#looked() : nothing}
        <div class="said" aria-hidden="true">${this.#said()}</div>
      </div>
      <div class="side">
        <div class="transport" role="group" aria-label=${msg('Playing')}>
          ${this.#button('labelBack', msg('Previous label'), 'previous-label')} ${this.#button('frameBack', msg('Previous frame'), 'frame-back')}
          ${player.playing ? this.#button('pause', msg('Pause'), 'toggle') : this.#button('play', msg('Play'), 'toggle')}
          ${this.#button('frameForth', msg('Next frame'), 'frame-forth')} ${this.#button('labelForth', msg('Next label'), 'next-label')}
          <span class="clock"><span data-key="time">${preciseTime(player.timeUs)}</span> / ${preciseTime(durationUs)}</span>
        </div>
        ${this.#panel()}
      </div>
      <sg-label-timeline
        class="wide"
        .index=${this.desk.index}
        .snapshots=${editor.labels.snapshots}
        .runs=${runs}
        .recognitions=${data.recognitions}
        .plotted=${plotted}
        .durationUs=${durationUs}
        .selected=${editor.selected?.id}
        @sg-seek=${this.#onSeek}
        @sg-span-edit=${this.#onSpanEdit}
      ></sg-label-timeline>
      <sg-snapshot-strip
        class="wide"
        .snapshots=${editor.labels.snapshots}
        .image=${this.#image}
        .aimIn=${this.#aimIn}
        @sg-seek=${this.#onSeek}
        @sg-snapshot-edit=${this.#onSnapshotEdit}
      ></sg-snapshot-strip>
      <sg-label-lists
        class="wide"
        .spans=${editor.labels.spans}
        .runs=${runs}
        .statistics=${this.#statistics}
        @sg-seek=${this.#onSeek}
        @sg-span-edit=${this.#onSpanEdit}
      ></sg-label-lists>
      <details class="keys wide">
        <summary>${msg('Keys')}</summary>
        <dl>
          ${KEYS.map(({ keys, words }) => html`<dt>${keys.map((key) => html`<kbd>${key}</kbd> `)}</dt><dd>${words()}</dd>`)}
        </dl>
      </details>
      <sg-sheet .heading=${msg('What is it?')}>
        <sg-label-search .own=${this.desk.own} .suggestions=${this.desk.suggestions} @sg-label-choice=${this.#onSearched}></sg-label-search>
      </sg-sheet>
    </div>`;
  }

  #head(data: SessionData): unknown {
    const { editor } = this.desk;
    const manifest = this.library.sessions?.find(({ id }) => id === this.sessionId) ?? data.manifest;
    return html`<div class="head">
      <a class="back" href="#sessions" aria-label=${msg('Back to all sessions')} title=${msg('Back to all sessions')}>${editIcon('back')}</a>
      <h2 tabindex="-1" title=${manifest.name}>${manifest.name}</h2>
      ${editor.fault
        ? html`<button @click=${() => editor.retry()}><span class="saved" role="alert">${msg('Not saved. Try again')}</span></button>`
        : nothing}
      ${this.#button('undo', msg('Undo'), 'undo', !editor.canUndo)} ${this.#button('redo', msg('Redo'), 'redo', !editor.canRedo)}
      ${([['share', 'share', msg('Share')], ['export', 'download', msg('Export')]] as const).map(([action, name, words]) => {
        const act = (): boolean => this.dispatchEvent(new SessionActionEvent(action, manifest));
        return html`<button class="icon" aria-label=${words} title=${words} @click=${act}>${editIcon(name)}</button>`;
      })}
    </div>`;
  }

  #button(name: EditIconName, words: string, command: Command, disabled = false): unknown {
    return html`<button
      class="icon"
      data-command=${command}
      aria-label=${words}
      title=${words}
      ?disabled=${disabled}
      @click=${() => this.#run(command)}
    >
      ${editIcon(name)}
    </button>`;
  }

  /** What a person and the network call it now. */
  #said(): unknown {
    const { player, answers, unsure } = this.desk;
    const answer = answers.at(0);
    return [
      ...this.desk.index.at(player.timeUs).map(({ label }) => html`<span class="human">${labelText(label)}</span>`),
      answer ? html`<span class="predicted">${unsure ? msg('Not sure') : `${labelText(answer.label)} ${percent(answer.probability)}`}</span>` : nothing,
      this.desk.early ? html`<span class="predicted">${msg('Nothing recognised yet')}</span>` : nothing,
    ];
  }

  /** Where the network looked: the square that the label is of, and the map where it is wanted. */
  #looked(): unknown {
    const { desk, look } = this;
    const { mapShown } = this.settings.value;
    return html`${mapShown ? lookedMap(look.recognition) : nothing} ${desk.square && desk.size ? lookedSquare(desk.square, desk.size) : nothing}
      <sg-map-bar
        ?shown=${mapShown}
        .lack=${look.lack}
        label=${look.label}
        @sg-control=${() => this.#run('map')}
      ></sg-map-bar>`;
  }

  #panel(): unknown {
    const { editor, player, next, answers } = this.desk;
    const { selected } = editor;
    const { frameUs } = player;
    return html`<sg-span-panel
      .span=${selected}
      .next=${next}
      .answer=${answers.at(0)}
      ?splittable=${selected !== undefined && frameUs > selected.startUs && frameUs < selected.endUs}
      .timeUs=${frameUs}
      @sg-span-edit=${this.#onSpanEdit}
      @sg-label-choice=${({ label }: LabelChoiceEvent) => this.desk.confirm(label)}
      @sg-add-label=${() => this.#run('add')}
    ></sg-span-panel>`;
  }

  #onVideoError(): void {
    const { video } = this;
    if (video?.getAttribute('src')) this.desk.failVideo(new Fault('export-codec', video.error?.message ?? 'The film cannot be played.'));
  }

  readonly #onSeek = ({ timeUs }: SeekEvent): void => this.desk.player.seek(timeUs);

  readonly #onSpanEdit = ({ edit }: SpanEditEvent): void => {
    const { editor } = this.desk;
    if (edit.kind === 'select') this.desk.select(edit.id);
    else if (edit.kind === 'move-edge') editor.moveEdge(edit.id, edit.edge, edit.timeUs);
    else this.#run(edit.kind);
  };

  readonly #statistics = (): SessionStatistics | undefined => this.desk.statistics;

  readonly #image = (file: string): Promise<Blob> => this.library.store.snapshot(this.sessionId, file);

  readonly #aimIn = (timeUs: number, picture: Size): Aim | undefined => this.desk.aimIn(timeUs, picture);

  readonly #onSnapshotEdit = ({ edit: { kind, id } }: SnapshotEditEvent): void => {
    const { editor } = this.desk;
    if (kind === 'delete') editor.deleteSnapshot(id);
    else this.#openSearch((label) => editor.relabelSnapshot(id, label));
  };

  #openSearch(onLabel: (label: LabelRef) => void): void {
    this.desk.player.pause();
    this.#onLabel = onLabel;
    this.search.clear();
    void this.sheet?.show().then(() => this.search.focus());
  }

  readonly #onSearched = ({ label }: LabelChoiceEvent): void => {
    this.sheet?.close();
    this.desk.use(label);
    this.#onLabel(label);
  };

  readonly #onKey = (event: KeyboardEvent): void => {
    const [target] = event.composedPath();
    const within = event.composedPath().includes(this);
    // Letters only count within the session: who dictates to the computer may say any of them elsewhere (WCAG 2.1.4).
    const elsewhere = !within && (target !== document.body || (event.key.length === 1 && event.key !== ' ' && !event.ctrlKey && !event.metaKey));
    const command = this.active && !elsewhere ? commandOf(event) : undefined;
    if (!command || this.sheet?.open || (command === 'map' && !this.settings.value.shortcuts)) return;
    event.preventDefault();
    this.#run(command);
  };

  #run(command: Command): void {
    const id = this.desk.editor.selected?.id;
    if (command === 'add') this.#openSearch((label) => this.desk.label(label));
    else if (command === 'map') this.settings.update({ mapShown: !this.settings.value.mapShown });
    else if (isZoom(command)) this.timeline?.zoom(command);
    else if (command !== 'relabel') this.desk.run(command);
    else if (id !== undefined) this.#openSearch((label) => this.desk.editor.relabel(id, label));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-session-detail': SessionDetail;
  }
}
