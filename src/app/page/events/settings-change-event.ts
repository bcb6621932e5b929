import type { Settings } from '../../../base/page/settings';

/** A person changed settings; all of them back to how the app comes where there is no change. */
export class SettingsChangeEvent extends Event {
  static readonly type = 'sg-settings-change';

  constructor(readonly change: Partial<Settings> | 'reset') {
    super(SettingsChangeEvent.type, { bubbles: true, composed: true });
  }
}

declare global {
  interface HTMLElementEventMap {
    'sg-settings-change': SettingsChangeEvent;
  }
}
