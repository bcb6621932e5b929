import type { Page } from 'playwright-core';

/** What a test says to numbered streams; `globalThis.numberedStreams` in the page. */
interface NumberedStreams {
  /** Size of the images: swap them and the phone was turned. */
  width: number;
  height: number;
  /** Of the image that was painted last. */
  number: number;
}

/**
 * Puts streams whose frames carry their number, as tests/support/numbered-video.ts has it, in place of the browser's cameras and
 * shared screens: real streams of a canvas that a test can turn, thirty frames a second. Before the page is opened.
 */
export async function withNumberedStreams(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const state: NumberedStreams = { width: 640, height: 480, number: 0 };
    Object.assign(globalThis, { numberedStreams: state });
    const open = (settings: object): Promise<MediaStream> => {
      const canvas = document.createElement('canvas');
      const context = canvas.getContext('2d', { alpha: false })!;
      const stream = canvas.captureStream(0);
      const track = stream.getVideoTracks()[0] as CanvasCaptureMediaStreamTrack;
      const paint = (): void => {
        if (track.readyState !== 'live') return clearInterval(timer);
        const { width, height } = state;
        if (canvas.width !== width) canvas.width = width;
        if (canvas.height !== height) canvas.height = height;
        state.number = (state.number + 1) % 1024;
        for (let block = 0; block < 20; block++) {
          const bit = ((state.number >> block % 10) & 1) === 1;
          context.fillStyle = (block < 10 ? bit : !bit) ? '#ebebeb' : '#141414';
          context.fillRect(((block % 5) * width) / 5, (Math.floor(block / 5) * height) / 4, width / 5, height / 4);
        }
        track.requestFrame();
      };
      const timer = setInterval(paint, 1000 / 30);
      paint();
      track.getSettings = () => ({ ...settings, width: state.width, height: state.height });
      return Promise.resolve(stream);
    };
    navigator.mediaDevices.getUserMedia = () => open({ deviceId: 'numbered', facingMode: 'environment' });
    navigator.mediaDevices.getDisplayMedia = () => open({ displaySurface: 'monitor' });
  });
}

declare global {
  // A `var` is what makes a property of globalThis.
  var numberedStreams: NumberedStreams;
}
