import { msg } from '@lit/localize';
import type { Shortcuts } from '../../base/page/shortcut-controller';

/** What keys do wherever one is in the app. */
export type AppAction = 'settings' | 'status' | 'shortcuts' | 'models' | 'view-1' | 'view-2' | 'view-3' | 'view-4';

export const APP_SHORTCUTS: Shortcuts<AppAction> = {
  '?': 'shortcuts',
  ',': 'settings',
  d: 'status',
  n: 'models',
  1: 'view-1',
  2: 'view-2',
  3: 'view-3',
  4: 'view-4',
};

/** Each action's words; the views' come from the views. */
export function appActionWords(action: Exclude<AppAction, `view-${number}`>): string {
  switch (action) {
    case 'shortcuts':
      return msg('Keyboard shortcuts');
    case 'settings':
      return msg('Settings');
    case 'status':
      return msg('What this device can do');
    case 'models':
      return msg('Models');
  }
}
