/** A person has read something and wants it gone. */
export class DismissEvent extends Event {
  static readonly type = 'sg-dismiss';

  constructor() {
    super(DismissEvent.type, { bubbles: true, composed: true });
  }
}

declare global {
  interface HTMLElementEventMap {
    'sg-dismiss': DismissEvent;
  }
}
