/** Picture files were chosen as examples of a thing. */
export class ThingPicturesEvent extends Event {
  static readonly type = 'sg-thing-pictures';

  constructor(readonly thingId: string, readonly files: readonly File[]) {
    super(ThingPicturesEvent.type, { bubbles: true, composed: true });
  }
}

declare global {
  interface HTMLElementEventMap {
    'sg-thing-pictures': ThingPicturesEvent;
  }
}
