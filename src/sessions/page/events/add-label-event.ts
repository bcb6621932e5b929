/** A person wants to label the film from the present time on; the label is still to be chosen. */
export class AddLabelEvent extends Event {
  static readonly type = 'sg-add-label';

  constructor() {
    super(AddLabelEvent.type, { bubbles: true, composed: true });
  }
}

declare global {
  interface HTMLElementEventMap {
    'sg-add-label': AddLabelEvent;
  }
}
