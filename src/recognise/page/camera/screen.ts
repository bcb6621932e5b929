import { Fault } from '../../../base/shared/fault';
import { FRAME_RATE } from './camera';

/** Whether this browser can share a screen, a window or a tab; phones cannot. */
export function canShareScreen(): boolean {
  // Typed as always there, but missing on phones and on plain http.
  return typeof (navigator.mediaDevices as MediaDevices | undefined)?.getDisplayMedia === 'function';
}

/**
 * Has the person choose a screen, a window or a tab.
 *
 * @returns a stream with one video track, which the caller stops; undefined where the person changed their mind
 * @throws Fault `screen-failed`
 */
export async function openScreen(): Promise<MediaStream | undefined> {
  if (!canShareScreen()) throw new Fault('screen-failed', 'navigator.mediaDevices.getDisplayMedia is missing.');
  try {
    return await navigator.mediaDevices.getDisplayMedia({ audio: false, video: { frameRate: { ideal: FRAME_RATE } } });
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    // A system's refusal has the same name as a person's; Chromium's message tells them apart.
    if (name === 'NotAllowedError' && !/system|policy/i.test(message)) return undefined;
    throw new Fault('screen-failed', `${name}: ${message}`, { cause: error });
  }
}
