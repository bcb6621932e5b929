import { msg } from '@lit/localize';
import type { Shortcuts } from '../../../base/page/shortcut-controller';
import type { ControlAction } from '../events';

/** What keys do in the live view; `toggle-…` is the one of two that fits. */
export type LiveAction =
  | Extract<ControlAction, 'mirror' | 'flip' | 'torch' | 'sources' | 'statistics' | 'map' | 'record' | 'picture'>
  | 'toggle-camera'
  | 'toggle-pause'
  | 'toggle-freeze';

export const LIVE_SHORTCUTS: Shortcuts<LiveAction> = {
  s: 'toggle-camera',
  ' ': 'toggle-pause',
  f: 'toggle-freeze',
  m: 'mirror',
  c: 'flip',
  t: 'torch',
  o: 'sources',
  i: 'statistics',
  h: 'map',
  r: 'record',
  p: 'picture',
};

/** Each action's words. */
export function liveActionWords(action: LiveAction): string {
  switch (action) {
    case 'toggle-camera':
      return msg('Start or stop');
    case 'toggle-pause':
      return msg('Pause recognition, or go on');
    case 'toggle-freeze':
      return msg('Freeze the picture');
    case 'mirror':
      return msg('Mirror the picture');
    case 'flip':
      return msg('Other camera');
    case 'torch':
      return msg('Torch');
    case 'sources':
      return msg('Other sources');
    case 'statistics':
      return msg('Show figures');
    case 'map':
      return msg('Show where the network looked');
    case 'record':
      return msg('Record, or stop recording');
    case 'picture':
      return msg('Keep a picture');
  }
}
