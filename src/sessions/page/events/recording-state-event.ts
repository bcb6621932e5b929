/** A recording began, or ended. */
export class RecordingStateEvent extends Event {
  static readonly type = 'sg-recording-state';

  constructor(readonly recording: boolean) {
    super(RecordingStateEvent.type, { bubbles: true, composed: true });
  }
}

declare global {
  interface HTMLElementEventMap {
    'sg-recording-state': RecordingStateEvent;
  }
}
