/** The last change is to be taken back. */
export class UndoEvent extends Event {
  static readonly type = 'sg-undo';

  constructor() {
    super(UndoEvent.type, { bubbles: true, composed: true });
  }
}

declare global {
  interface HTMLElementEventMap {
    'sg-undo': UndoEvent;
  }
}
