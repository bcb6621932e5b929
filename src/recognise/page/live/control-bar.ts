import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { localized, msg } from '@lit/localize';
import { clock } from '../../../base/page/elements/format';
import { icon, type IconName } from '../../../base/page/elements/icons';
import { sharedStyles } from '../../../base/page/elements/styles';
import { LongPressController } from '../../../base/page/long-press-controller';
import type { Settings } from '../../../base/page/settings';
import type { LoadProgress } from '../../../base/shared/model';
import type { SourceKind } from '../camera/camera-controller';
import { type ControlAction, ControlEvent } from '../events';
import { stopWords } from './live-words';
import { controlBarStyles } from './control-bar-styles';
import '../model/load-progress';

/** One control of the row. */
interface Tool {
  readonly action: ControlAction;
  readonly icon: IconName;
  /** What is read out; holds the name. */
  readonly label: string;
  /** What stands under the icon. */
  readonly name: string;
  readonly disabled?: boolean;
}

/** Whether a long press on it is a question for its name: not where that is shown, and never on what keeps, records or stops, which has to be sure. */
function mayBeHeld(button: HTMLElement): boolean {
  const name = button.querySelector('.name');
  return name !== null && getComputedStyle(name).visibility === 'hidden' && !button.matches('.shutter, [data-action=stop]');
}

/**
 * The start, and then one row: a shutter in the middle that keeps a picture or, by the switch beside it, records; the other camera, the way back
 * to the middle, and more. While it records: the stop in the middle, pause, and a picture.
 *
 * @event sg-control - a button was pressed
 */
@customElement('sg-control-bar')
@localized()
export class ControlBar extends LitElement {
  static override styles = [sharedStyles, controlBarStyles];

  @property({ type: Boolean, reflect: true }) live = false;
  @property({ type: Boolean }) starting = false;
  @property({ type: Boolean, reflect: true }) recording = false;
  /** Whole seconds of the recording's video. */
  @property({ type: Number }) seconds = 0;
  /** Whether a person has paused the recording. */
  @property({ type: Boolean }) halted = false;
  /** What a tap on the shutter does. */
  @property() shutter: Settings['shutter'] = 'picture';
  /** Whether a person has the network look at another square than the middle one. */
  @property({ type: Boolean }) aimed = false;
  @property() source: SourceKind = 'camera';
  /** Cameras there are. */
  @property({ type: Number }) cameras = 0;
  /** How far the model's load has come; undefined where none is loaded. */
  @property({ attribute: false }) progress: LoadProgress | undefined;
  /** Whether a model is being loaded. */
  @property({ type: Boolean }) loading = false;

  constructor() {
    super();
    new LongPressController(this, mayBeHeld);
  }

  /** Whether a key had pressed what goes with this update. */
  #hadFocus = false;

  override willUpdate(changed: PropertyValues<this>): void {
    // A start that is pressed can be pressed no more, and loses the focus, before the camera is live.
    if (this.hasUpdated && this.renderRoot.querySelector(':focus-visible')) this.#hadFocus = true;
    else if (!this.starting && !changed.has('starting')) this.#hadFocus = false;
  }

  override updated(changed: PropertyValues<this>): void {
    if (!this.#hadFocus || !(changed.has('live') || changed.has('recording'))) return;
    this.#hadFocus = false;
    this.focusMain();
  }

  /** Puts the focus on what comes next: the start, or the shutter. */
  focusMain(): void {
    this.renderRoot.querySelector<HTMLElement>('.shutter, .start')?.focus();
  }

  override render(): unknown {
    if (!this.live) return this.#start();
    return html`<div class="row">${this.recording ? this.#whileRecording() : this.#ready()}${this.#tool(this.#aim())}${this.#tool(this.#more())}</div>`;
  }

  #start(): unknown {
    const words = this.starting ? msg('Starting the camera') : msg('Start the camera');
    const other = msg('Other sources');
    return html`<button class="primary start" data-action="start" ?disabled=${this.starting} @click=${() => this.#send('start')}>
        ${icon('camera')}${words}
        ${this.loading ? html`<sg-load-progress slim .progress=${this.progress}></sg-load-progress>` : nothing}
      </button>
      <button class="icon" data-action="sources" aria-label=${other} title=${other} @click=${() => this.#send('sources')}>${icon('sources')}</button>`;
  }

  #ready(): unknown {
    const film = this.shutter === 'film';
    const flips = this.source === 'camera' && this.cameras > 1;
    // Where there is no other camera to flip to, its place is the stop's, which is under more otherwise.
    return html`${this.#tool(
        flips
          ? { action: 'flip', icon: 'flip', label: msg('Flip to the other camera'), name: msg('Flip') }
          : { action: 'stop', icon: 'stop', label: stopWords(this.source), name: this.source === 'film' ? msg('Close') : msg('Stop') },
      )}
      ${this.#switch(film)}
      ${film ? this.#shutter('record', 'film', msg('Record'), msg('Record')) : this.#shutter('picture', '', msg('Keep a picture'), msg('Picture'))}`;
  }

  #whileRecording(): unknown {
    const halt: Tool = this.halted
      ? { action: 'resume-recording', icon: 'play', label: msg('Go on recording'), name: msg('Go on') }
      : { action: 'pause-recording', icon: 'pause', label: msg('Pause the recording'), name: msg('Pause') };
    return html`${this.#tool(halt)}
      ${this.#tool({ action: 'picture', icon: 'snapshot', label: msg('Keep a picture'), name: msg('Picture'), disabled: this.halted })}
      ${this.#shutter('record', 'stop', msg('Stop recording'), msg('Stop'), clock(this.seconds))}`;
  }

  #aim(): Tool {
    return { action: 'aim-middle', icon: 'middle', label: msg('Look at the middle again'), name: msg('Middle'), disabled: !this.aimed };
  }

  #more(): Tool {
    return { action: 'sources', icon: 'more', label: msg('More'), name: msg('More') };
  }

  #switch(on: boolean): unknown {
    const words = msg('Film: the shutter records');
    return html`<button
      class="tool"
      role="switch"
      data-action="shutter"
      aria-checked=${String(on)}
      aria-label=${words}
      title=${words}
      @click=${() => this.#send('shutter')}
    >
      <span class="disc">${icon('film')}</span><span class="name">${msg('Film')}</span>
    </button>`;
  }

  /** @param time of the recording, which is drawn beside the name; read out it is where its length is told */
  #shutter(action: ControlAction, kind: string, label: string, name: string, time?: string): unknown {
    return html`<button class="tool shutter ${kind}" data-action=${action} aria-label=${label} title=${label} @click=${() => this.#send(action)}>
      <span class="disc"></span><span class="name" data-time=${time ?? nothing}>${name}</span>
    </button>`;
  }

  #tool({ action, icon: symbol, label, name, disabled = false }: Tool): unknown {
    // Not `disabled`, which would take the focus from under the key that pressed it.
    return html`<button
      class="tool"
      data-action=${action}
      aria-label=${label}
      title=${label}
      aria-disabled=${disabled ? 'true' : nothing}
      @click=${() => (disabled ? undefined : this.#send(action))}
    >
      <span class="disc">${icon(symbol)}</span><span class="name">${name}</span>
    </button>`;
  }

  #send(action: ControlAction): void {
    this.dispatchEvent(new ControlEvent(action));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-control-bar': ControlBar;
  }
}
