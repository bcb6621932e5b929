/** What a person says to the offer to install the app. */
export type InstallChoice = 'install' | 'not-now';

export class InstallChoiceEvent extends Event {
  static readonly type = 'sg-install-choice';

  constructor(readonly choice: InstallChoice) {
    super(InstallChoiceEvent.type, { bubbles: true, composed: true });
  }
}

declare global {
  interface HTMLElementEventMap {
    'sg-install-choice': InstallChoiceEvent;
  }
}
