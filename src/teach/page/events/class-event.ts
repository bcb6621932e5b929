export type ThingAction = 'choose' | 'delete' | 'session';

/** Something is to be done with a taught thing. */
export class ThingEvent extends Event {
  static readonly type = 'sg-thing';

  constructor(readonly thingId: string, readonly action: ThingAction) {
    super(ThingEvent.type, { bubbles: true, composed: true });
  }
}

declare global {
  interface HTMLElementEventMap {
    'sg-thing': ThingEvent;
  }
}
