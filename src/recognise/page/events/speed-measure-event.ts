/** A person wants the precisions of the model that runs to be timed. */
export class SpeedMeasureEvent extends Event {
  static readonly type = 'sg-speed-measure';

  constructor() {
    super(SpeedMeasureEvent.type, { bubbles: true, composed: true });
  }
}

declare global {
  interface HTMLElementEventMap {
    'sg-speed-measure': SpeedMeasureEvent;
  }
}
