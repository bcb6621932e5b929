/** A person chose another camera. */
export class CameraChoiceEvent extends Event {
  static readonly type = 'sg-camera-choice';

  /** @param deviceId id of a videoinput device */
  constructor(readonly deviceId: string) {
    super(CameraChoiceEvent.type, { bubbles: true, composed: true });
  }
}

declare global {
  interface HTMLElementEventMap {
    'sg-camera-choice': CameraChoiceEvent;
  }
}
