import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { consume } from '@lit/context';
import { localized, msg, str } from '@lit/localize';
import {
  cameraContext, recogniserContext, type CameraController, type LiveRecognition, type RecogniserController,
} from '../../../recognise/page/index';
import type { Prediction } from '../../../engine/index';
import type { LabelRef } from '../../../base/shared/labels/label-ref';
import { labelText } from '../../../base/page/language';
import { RecordingController } from './recording-controller';
import { Follower } from '../../../base/page/shared-controller';
import type { LabelChoiceEvent } from '../../../base/page/elements/events';
import { type LabelPressEvent, RecordingStateEvent } from '../events';
import { dateTime, list } from '../../../base/page/elements/format';
import { ON_ITS_SIDE, sharedStyles } from '../../../base/page/elements/styles';
import { labelOfPrediction } from '../../shared/predicted-label';
import { labelBookContext, type LabelBook } from '../label-book';
import { sessionStoreContext, type SessionStore } from '../library/session-store';
import { haltWords } from './recording-words';
import type { LabelSetSheet } from '../label-set-sheet';
import '../label-set-sheet';
import './label-bar';
import './recording-bar';
import './recording-notice';
import './snapshot-flash';

/**
 * All of the recording, under the camera's image: how it stands, the labels at hand, and what became of it. Fetched when
 * the first recording begins, or where a session may have been broken off.
 *
 * @event sg-recording-state - a recording began, went on, stood still or ended
 */
@customElement('sg-recording-panel')
@localized()
export class RecordingPanel extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host {
        display: block;
        /* The row of controls lies below it. */
        scroll-margin-bottom: 192px;
      }
      .panel {
        display: grid;
        gap: 0.6rem;
        padding: 0.75rem max(0.75rem, env(safe-area-inset-right)) 0 max(0.75rem, env(safe-area-inset-left));
        width: min(100%, 60rem);
        margin: 0 auto;
      }
      @media ${ON_ITS_SIDE} {
        .panel {
          width: calc(min(19.25rem, 50vw) + max(0.75rem, env(safe-area-inset-right)));
          padding-left: 0.75rem;
        }
      }
    `,
  ];

  @consume({ context: cameraContext }) readonly camera!: CameraController;
  @consume({ context: recogniserContext }) readonly recogniser!: RecogniserController;
  @consume({ context: sessionStoreContext }) readonly store!: SessionStore;
  @consume({ context: labelBookContext }) readonly book!: LabelBook;
  @property({ attribute: false }) live!: LiveRecognition;
  @property({ attribute: false }) video!: HTMLVideoElement;
  /** Whether the live view names the label that it shows. */
  @property({ attribute: false }) sure!: () => boolean;
  /** What the live view names, undefined where it is not sure. */
  @property({ attribute: false, hasChanged: (now?: Prediction, before?: Prediction) => now?.index !== before?.index || now?.name !== before?.name })
  guess: Prediction | undefined;
  /** Whether the view with the image is shown. */
  @property({ type: Boolean }) active = true;
  /** Whether single keys do something. */
  @property({ type: Boolean }) keys = true;
  @query('sg-label-set-sheet') private readonly labelSet!: LabelSetSheet;
  private readonly recording = new RecordingController(this, () => this);
  #hadFocus = false;
  /** Large text: what labels is seen before all of the picture, also once there is more of either. */
  readonly #observer = new ResizeObserver(() => {
    if (this.recording.state === 'recording') this.scrollIntoView({ block: 'end' });
  });
  /** What was told last. */
  #told = '';

  constructor() {
    super();
    new Follower(this, () => [this.recogniser, this.camera]);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#observer.observe(this);
    const root = this.getRootNode();
    if (root instanceof ShadowRoot) this.#observer.observe(root.host);
    void this.recording.recover();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#observer.disconnect();
  }

  /** Begins a recording, or ends the one that runs. */
  async toggle(): Promise<void> {
    const { recording } = this;
    if (recording.state === 'recording') await recording.stop();
    else await recording.start(dateTime(new Date(), 'medium'));
  }

  /** Has the recording that runs stand still or go on, or keep what is shown as a picture, with the label that is held. */
  run(action: 'pause' | 'resume' | 'picture'): void {
    const { recording } = this;
    if (action === 'picture') void recording.snapshot();
    else recording[action]();
  }

  override willUpdate(): void {
    this.#hadFocus = this.hasUpdated && (this.renderRoot as ShadowRoot).activeElement !== null;
  }

  override updated(): void {
    this.recording.sight(this.active);
    const { state, nowUs, halt, notice } = this.recording;
    this.toggleAttribute('filled', state !== 'off' || notice !== undefined);
    const event = new RecordingStateEvent(state !== 'off', Math.floor(nowUs / 1e6), halt === 'person', this.#hadFocus);
    const told = `${event.recording} ${event.seconds} ${event.halted}`;
    if (told === this.#told) return;
    this.#told = told;
    this.dispatchEvent(event);
  }

  override render(): unknown {
    const { recording } = this;
    const { book } = this;
    const { state, notice } = recording;
    const runs = state === 'recording' || state === 'ending';
    if (!runs && !notice) return html`<div role="status"></div>`;
    return html`
      <div class="panel">
        ${notice ? html`<sg-recording-notice .notice=${notice} @sg-dismiss=${() => recording.dismiss()}></sg-recording-notice>` : nothing}
        ${runs
          ? html`<sg-recording-bar
                .status=${recording.status}
                .length=${recording.nowUs}
                .halt=${recording.halt}
                keptIn=${recording.keptIn}
                ?ending=${state === 'ending'}
                .keeping=${recording.keeping.keeping}
                ?atEnd=${recording.keeping.atEnd}
                .unwritable=${recording.keeping.failed}
                @sg-keep-elsewhere=${() => void recording.keepElsewhere()}
              ></sg-recording-bar>
              <sg-label-bar
                .slots=${book.slots}
                .own=${book.own}
                .held=${recording.held}
                .guess=${this.#guess}
                .tallies=${recording.quality.tallies}
                .advice=${recording.quality.advice(book.prepared)}
                ?disabled=${state !== 'recording' || recording.halt !== undefined || !this.active}
                ?keys=${this.keys && this.active}
                @sg-label-press=${this.#onPress}
                @sg-prepare-labels=${() => void this.labelSet.show()}
                @sg-label-choice=${({ label }: LabelChoiceEvent) => recording.choose(label)}
              ></sg-label-bar>
              <sg-label-set-sheet @sg-label-set=${() => this.requestUpdate()}></sg-label-set-sheet>
              <sg-snapshot-flash .count=${recording.snapshots} .label=${recording.lastSnapshot}></sg-snapshot-flash>`
          : nothing}
      </div>
      <div class="visually-hidden" role="status">${this.#announcement()}</div>
    `;
  }

  get #guess(): LabelRef | undefined {
    const { guess } = this;
    return guess && labelOfPrediction(guess, this.recording.modelName);
  }

  #announcement(): string {
    const { state, halt, held } = this.recording;
    if (state !== 'recording') return '';
    if (halt) return haltWords(halt);
    const names = list(held.map(labelText));
    return names ? msg(str`Labelling: ${names}`) : msg('Recording');
  }

  #onPress({ phase, name, atMs, label, accepted }: LabelPressEvent): void {
    if (phase === 'press' && label) this.recording.press(name, label, accepted, atMs);
    else if (phase === 'release') this.recording.release(name, atMs);
    else if (phase === 'cancel') this.recording.cancel(name, atMs);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-recording-panel': RecordingPanel;
  }
}
