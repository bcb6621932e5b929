/** A person wants another zoom. */
export class ZoomEvent extends Event {
  static readonly type = 'sg-zoom';

  /** @param value in the camera's own unit; may lie outside its range */
  constructor(readonly value: number) {
    super(ZoomEvent.type, { bubbles: true, composed: true });
  }
}

declare global {
  interface HTMLElementEventMap {
    'sg-zoom': ZoomEvent;
  }
}
