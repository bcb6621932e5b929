/** A person pointed at what the camera is to focus on and expose for. */
export class FocusPointEvent extends Event {
  static readonly type = 'sg-focus-point';

  /**
   * @param x 0 at the left edge of the picture as the camera gives it, 1 at the right
   * @param y 0 at its top, 1 at its bottom
   */
  constructor(
    readonly x: number,
    readonly y: number,
  ) {
    super(FocusPointEvent.type, { bubbles: true, composed: true });
  }
}

declare global {
  interface HTMLElementEventMap {
    'sg-focus-point': FocusPointEvent;
  }
}
