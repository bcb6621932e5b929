import type { Settings } from '../../base/page/settings';
import type { OfflineProgress } from '../../base/shared/offline';

/** What a person says to the offer to install the app. */
export type InstallChoice = 'install' | 'not-now';

export class InstallChoiceEvent extends Event {
  static readonly type = 'sg-install-choice';

  constructor(readonly choice: InstallChoice) {
    super(InstallChoiceEvent.type, { bubbles: true, composed: true });
  }
}

/** A person changed settings; all of them back to how the app comes where there is no change. */
export class SettingsChangeEvent extends Event {
  static readonly type = 'sg-settings-change';

  constructor(readonly change: Partial<Settings> | 'reset') {
    super(SettingsChangeEvent.type, { bubbles: true, composed: true });
  }
}

/** The app's sheets that are fetched when they are opened. */
export type SheetId = 'settings' | 'status' | 'shortcuts' | 'phone' | 'classes';

/** A person wants to see one of the app's sheets. */
export class SheetEvent extends Event {
  static readonly type = 'sg-sheet';

  constructor(readonly sheet: SheetId) {
    super(SheetEvent.type, { bubbles: true, composed: true });
  }
}

/** A person wants what runs to stop: the recording, else the camera. */
export class StopEvent extends Event {
  static readonly type = 'sg-stop';

  constructor() {
    super(StopEvent.type, { bubbles: true, composed: true });
  }
}

/** What a person wants of a new version. */
export type UpdateChoice = 'reload' | 'later';

export class UpdateChoiceEvent extends Event {
  static readonly type = 'sg-update-choice';

  constructor(readonly choice: UpdateChoice) {
    super(UpdateChoiceEvent.type, { bubbles: true, composed: true });
  }
}

/** What is kept for use without a network has changed. */
export class OfflineProgressEvent extends Event {
  static readonly type = 'sg-offline-progress';

  constructor(readonly progress: OfflineProgress | undefined) {
    super(OfflineProgressEvent.type, { bubbles: true, composed: true });
  }
}

declare global {
  interface HTMLElementEventMap {
    'sg-install-choice': InstallChoiceEvent;
    'sg-offline-progress': OfflineProgressEvent;
    'sg-settings-change': SettingsChangeEvent;
    'sg-sheet': SheetEvent;
    'sg-stop': StopEvent;
    'sg-update-choice': UpdateChoiceEvent;
  }
}
