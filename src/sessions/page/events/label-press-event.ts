import type { LabelRef } from '../../../base/shared/labels/label-ref';

/** A person begins to press a label, lets it go, or turns the press into something else (a scroll). */
export class LabelPressEvent extends Event {
  static readonly type = 'sg-label-press';

  /**
   * @param name of the press: the same for its begin and its end, and of no other press meanwhile
   * @param label undefined where only the press's end is told
   */
  constructor(
    readonly phase: 'press' | 'release' | 'cancel',
    readonly name: string,
    readonly label: LabelRef | undefined,
  ) {
    super(LabelPressEvent.type, { bubbles: true, composed: true });
  }
}

declare global {
  interface HTMLElementEventMap {
    'sg-label-press': LabelPressEvent;
  }
}
