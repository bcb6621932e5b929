/** A person wants to share a screen as the source of pictures. */
export class ScreenChoiceEvent extends Event {
  static readonly type = 'sg-screen-choice';

  constructor() {
    super(ScreenChoiceEvent.type, { bubbles: true, composed: true });
  }
}

declare global {
  interface HTMLElementEventMap {
    'sg-screen-choice': ScreenChoiceEvent;
  }
}
