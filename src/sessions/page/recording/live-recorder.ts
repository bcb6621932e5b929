import { html, nothing, type ReactiveController, type ReactiveControllerHost } from 'lit';
import { msg } from '@lit/localize';
import type { RecorderParts, RecorderSlot } from '../../../recognise/page/live/recorder-slot';
import { mayHaveSessions } from './left-over';
import type { RecordingStateEvent } from '../events';

/** After the first recognition is on its way there is time to look for sessions that were broken off, milliseconds. */
const LOOK_AFTER_MS = 4000;

/** The recording's place in the live view: fetches its code when it is wanted, or where a session may be broken. */
export class LiveRecorder implements ReactiveController, RecorderSlot {
  recording = false;
  #state: 'none' | 'there' | 'missing' = 'none';
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly parts: () => RecorderParts,
  ) {
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
    if (!(await this.#load())) return;
    await this.host.updateComplete;
    await this.parts().renderRoot.querySelector('sg-recording-panel')?.toggle();
  }

  render(): unknown {
    if (this.#state === 'missing') {
      return html`<p class="missing" role="alert">
        ${msg('This part of the app could not be fetched. Check the network; if a new version was published, reload the page.')}
      </p>`;
    }
    if (this.#state === 'none') return nothing;
    const { active, settings, live, video } = this.parts();
    return html`<sg-recording-panel
      ?active=${active}
      ?keys=${settings.value.shortcuts}
      .live=${live}
      .video=${video}
      @sg-recording-state=${this.#onState}
    ></sg-recording-panel>`;
  }

  async #look(): Promise<void> {
    if (this.#state === 'none' && (await mayHaveSessions())) await this.#load();
  }

  async #load(): Promise<boolean> {
    try {
      await import('./recording-panel');
      this.#state = 'there';
    } catch {
      this.#state = 'missing';
    }
    this.host.requestUpdate();
    return this.#state === 'there';
  }

  readonly #onState = ({ recording }: RecordingStateEvent): void => {
    this.recording = recording;
    this.host.requestUpdate();
  };
}
