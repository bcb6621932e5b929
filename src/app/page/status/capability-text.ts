import { msg, str } from '@lit/localize';
import { LITTLE_MEMORY, type Capability, type CapabilityId, type ThreadRecord } from '../../../recognise/page/index';

/** What a person reads of a capability. */
export interface CapabilityText {
  readonly name: string;
  /** What it means that it is there, or that it is not. */
  readonly meaning: string;
}

/** Name, what it means that it was found, and what is done without it. */
function words(id: CapabilityId, amount: number): [name: string, found: string, missing: string] {
  switch (id) {
    case 'secure-context':
      return [msg('Secure address'), msg('Browsers give the camera to this page.'), msg('Browsers give the camera only to https:// and localhost.')];
    case 'camera':
      return [msg('Camera'), msg('This browser can open cameras.'), msg('This browser opens no camera; video files still work.')];
    case 'wasm-simd':
      return [msg('WebAssembly SIMD'), msg('The network computes four numbers at a time.'), msg('Needed for recognition: update the browser.')];
    case 'wasm-relaxed-simd':
      return [msg('Relaxed SIMD'), msg('Multiplies and adds in one step: quicker.'), msg('Multiplies and adds in two steps: a little slower.')];
    case 'quick-integers':
      return [
        msg('Integer dot product'),
        msg('Integers are quick: the network starts with them, the smallest download.'),
        msg('Integers are slow on this processor: the network starts with floats.'),
      ];
    case 'threads':
      return [
        msg('Threads'),
        msg(str`Memory can be shared among ${amount} cores.`),
        msg('One thread computes: the page is not cross-origin isolated, or the browser shares no memory. Slower.'),
      ];
    case 'memory':
      return [
        msg('Memory'),
        msg(str`${amount} GB or more.`),
        msg(str`${LITTLE_MEMORY} GB or less: the camera gives a smaller picture. If memory runs out, choose a smaller model.`),
      ];
    case 'frame-callback':
      return [msg('Frame callback'), msg('The browser tells of each camera frame and its time.'), msg('Frames are found at each repaint: times are a little less exact.')];
    case 'video-frame':
      return [msg('WebCodecs frames'), msg('Frames go to the network without a copy.'), msg('Frames are copied through a bitmap or a canvas: slower.')];
    case 'offscreen-canvas':
      return [msg('Canvas in workers'), msg('Every kind of frame can be read beside the page.'), msg('Frames are read in the page: slower.')];
    case 'video-encoder':
      return [msg('WebCodecs encoder'), msg('Recordings keep the time of each frame.'), msg('Recordings are made by the browser\'s own recorder: labels find their frames when one ends.')];
    case 'private-file-system':
      return [msg('Private file system'), msg('Models and recordings can be kept on this device.'), msg('Own models and recordings cannot be kept.')];
    case 'offline':
      return [msg('Service worker'), msg('The app can be kept for use without a network.'), msg('The app needs the network to start.')];
    case 'wake-lock':
      return [msg('Screen wake lock'), msg('The screen stays on while the camera is live.'), msg('The screen may go dark: set a longer time in the system.')];
    case 'screen-share':
      return [msg('Screen sharing'), msg('A screen or window can be recognised.'), msg('Only cameras and video files can be recognised.')];
    case 'speech':
      return [msg('Speech'), msg('The device can speak labels.'), msg('Labels are shown, not spoken.')];
  }
}

/** The words for a capability as it was found on this device. */
export function capabilityText({ id, found, amount }: Capability): CapabilityText {
  const [name, present, missing] = words(id, amount ?? 0);
  if (found === undefined) return { name, meaning: msg('Not known: the browser does not tell, or recognition has not started.') };
  return { name, meaning: found ? present : missing };
}

/** On how many threads the network was found to be quickest here: "2 threads, measured: 1: 17.9 ms, 2: 9.6 ms". */
export function threadsText({ threads, times }: ThreadRecord): string {
  const measured = times.map((time) => `${time.threads}: ${time.ms.toFixed(1)} ms`).join(', ');
  return threads === 1 ? msg(str`1 thread, measured: ${measured}`) : msg(str`${threads} threads, measured: ${measured}`);
}
