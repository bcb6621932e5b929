/** What a person wants of a new version. */
export type UpdateChoice = 'reload' | 'later';

export class UpdateChoiceEvent extends Event {
  static readonly type = 'sg-update-choice';

  constructor(readonly choice: UpdateChoice) {
    super(UpdateChoiceEvent.type, { bubbles: true, composed: true });
  }
}

declare global {
  interface HTMLElementEventMap {
    'sg-update-choice': UpdateChoiceEvent;
  }
}
