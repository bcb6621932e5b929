/** A taught thing was given another name. */
export class ThingNameEvent extends Event {
  static readonly type = 'sg-thing-name';

  constructor(readonly thingId: string, readonly name: string) {
    super(ThingNameEvent.type, { bubbles: true, composed: true });
  }
}

declare global {
  interface HTMLElementEventMap {
    'sg-thing-name': ThingNameEvent;
  }
}
