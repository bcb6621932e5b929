/** The app's sheets that are fetched when they are opened. */
export type SheetId = 'settings' | 'status' | 'shortcuts' | 'phone';

/** A person wants to see one of the app's sheets. */
export class SheetEvent extends Event {
  static readonly type = 'sg-sheet';

  constructor(readonly sheet: SheetId) {
    super(SheetEvent.type, { bubbles: true, composed: true });
  }
}

declare global {
  interface HTMLElementEventMap {
    'sg-sheet': SheetEvent;
  }
}
