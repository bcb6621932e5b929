/** The button that collects examples is held down, or let go. */
export class HoldEvent extends Event {
  static readonly type = 'sg-hold';

  constructor(readonly held: boolean) {
    super(HoldEvent.type, { bubbles: true, composed: true });
  }
}

declare global {
  interface HTMLElementEventMap {
    'sg-hold': HoldEvent;
  }
}
