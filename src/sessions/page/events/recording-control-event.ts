export type RecordingAction = 'pause' | 'resume' | 'stop' | 'snapshot';

/** A person pressed one of the recording's buttons. */
export class RecordingControlEvent extends Event {
  static readonly type = 'sg-recording-control';

  constructor(readonly action: RecordingAction) {
    super(RecordingControlEvent.type, { bubbles: true, composed: true });
  }
}

declare global {
  interface HTMLElementEventMap {
    'sg-recording-control': RecordingControlEvent;
  }
}
