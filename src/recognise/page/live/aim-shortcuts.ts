import type { ReactiveControllerHost } from 'lit';
import { msg } from '@lit/localize';
import type { Settings } from '../../../base/page/settings';
import { ShortcutController, type Shortcuts } from '../../../base/page/shortcut-controller';

type Direction = 'left' | 'right' | 'up' | 'down';

/** What keys do to the square that the network looks at; `far` goes by large steps. */
export type AimAction = 'zoom-in' | 'zoom-out' | 'aim-middle' | `aim-${Direction}` | `aim-${Direction}-far`;

export const AIM_SHORTCUTS: Shortcuts<AimAction> = {
  '+': 'zoom-in',
  '=': 'zoom-in',
  '-': 'zoom-out',
  arrowleft: 'aim-left',
  arrowright: 'aim-right',
  arrowup: 'aim-up',
  arrowdown: 'aim-down',
  'shift+arrowleft': 'aim-left-far',
  'shift+arrowright': 'aim-right-far',
  'shift+arrowup': 'aim-up-far',
  'shift+arrowdown': 'aim-down-far',
  escape: 'aim-middle',
};

/** The actions of single characters, which a person can switch off; the others are no danger to who speaks to the device. */
function isCharacterAction(action: AimAction): boolean {
  return action === 'zoom-in' || action === 'zoom-out';
}

/** What keys act on. */
export interface AimKeyParts {
  /** Whether there is something to aim at that is shown. */
  readonly active: boolean;
  readonly settings: Settings;
  readonly aim: { run(action: AimAction): boolean };
}

/** Has keys move and zoom the square. @param parts read at each key */
export function listenToAimKeys(host: ReactiveControllerHost, parts: () => AimKeyParts): void {
  new ShortcutController(host, AIM_SHORTCUTS, (action) => {
    const { active, settings, aim } = parts();
    return active && (settings.shortcuts || !isCharacterAction(action)) && aim.run(action);
  });
}

/** Each action's words. */
export function aimActionWords(action: AimAction): string {
  switch (action) {
    case 'zoom-in':
      return msg('Zoom in');
    case 'zoom-out':
      return msg('Zoom out');
    case 'aim-middle':
      return msg('Look at the middle again');
    case 'aim-left':
    case 'aim-right':
    case 'aim-up':
    case 'aim-down':
      return msg('Move the square that the network looks at');
    case 'aim-left-far':
    case 'aim-right-far':
    case 'aim-up-far':
    case 'aim-down-far':
      return msg('Move it far');
  }
}
