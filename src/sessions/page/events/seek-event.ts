/** A person wants to see another time of the film. */
export class SeekEvent extends Event {
  static readonly type = 'sg-seek';

  /** @param timeUs microseconds from the film's first frame */
  constructor(readonly timeUs: number) {
    super(SeekEvent.type, { bubbles: true, composed: true });
  }
}

declare global {
  interface HTMLElementEventMap {
    'sg-seek': SeekEvent;
  }
}
