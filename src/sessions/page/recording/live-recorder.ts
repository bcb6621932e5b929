import { html, nothing, type ReactiveController, type ReactiveControllerHost } from 'lit';
import type { RecorderParts, RecorderSlot } from '../../../recognise/page/index';
import { LazyCode, missingCodeText } from '../../../base/page/lazy-code';
import { SESSIONS_FOLDER } from '../../shared/session-store';
import type { RecordingStateEvent } from '../events';

/** After the first recognition is on its way there is time to look for sessions that were broken off, milliseconds. */
const LOOK_AFTER_MS = 4000;

/**
 * Whether there may be recorded sessions on this device, without fetching the code that reads them.
 * @returns false also where the browser has no private file system, or refuses it
 */
async function mayHaveSessions(): Promise<boolean> {
  try {
    const root = await navigator.storage.getDirectory();
    await root.getDirectoryHandle(SESSIONS_FOLDER);
    return true;
  } catch {
    return false;
  }
}

/** The recording's place in the live view: fetches its code when it is wanted, or where a session may be broken. */
export class LiveRecorder implements ReactiveController, RecorderSlot {
  recording = false;
  seconds = 0;
  halted = false;
  readonly #code: LazyCode;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly parts: () => RecorderParts,
  ) {
    this.#code = new LazyCode(host, () => import('./recording-panel'));
    host.addController(this);
  }

  hostConnected(): void {
    this.#timer = setTimeout(() => void this.#look(), LOOK_AFTER_MS);
  }

  hostDisconnected(): void {
    clearTimeout(this.#timer);
  }

  /** Begins a recording, or ends the one that runs. */
  async toggle(): Promise<void> {
    if (!(await this.#code.load())) return;
    await this.host.updateComplete;
    await this.parts().renderRoot.querySelector('sg-recording-panel')?.toggle();
  }

  run(action: 'pause' | 'resume' | 'picture'): void {
    this.parts().renderRoot.querySelector('sg-recording-panel')?.run(action);
  }

  render(): unknown {
    if (this.#code.state === 'missing') {
      return html`<p class="missing" role="alert">
        ${missingCodeText()}
      </p>`;
    }
    if (this.#code.state !== 'ready') return nothing;
    const { active, settings, live, video, sure } = this.parts();
    return html`<sg-recording-panel
      ?active=${active}
      ?keys=${settings.value.shortcuts}
      .live=${live}
      .video=${video}
      .sure=${sure}
      .guess=${this.recording && sure() ? live.recognition?.steady.at(0) : undefined}
      @sg-recording-state=${this.#onState}
    ></sg-recording-panel>`;
  }

  async #look(): Promise<void> {
    if (this.#code.state === 'waiting' && (await mayHaveSessions())) await this.#code.load();
  }

  readonly #onState = ({ recording, seconds, halted, focus }: RecordingStateEvent): void => {
    // What had the focus went with the recording.
    if (this.recording && !recording && focus) void this.host.updateComplete.then(() => this.parts().renderRoot.querySelector('sg-control-bar')?.focusMain());
    this.recording = recording;
    this.seconds = seconds;
    this.halted = halted;
    this.host.requestUpdate();
  };
}
