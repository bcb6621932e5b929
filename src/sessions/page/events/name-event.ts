/** A person gave something a name. */
export class NameEvent extends Event {
  static readonly type = 'sg-name';

  constructor(
    readonly id: string,
    readonly newName: string,
  ) {
    super(NameEvent.type, { bubbles: true, composed: true });
  }
}

declare global {
  interface HTMLElementEventMap {
    'sg-name': NameEvent;
  }
}
