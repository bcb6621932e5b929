import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Aim } from '../../src/engine/index';
import { FrameLook } from '../../src/sessions/page/detail/frame-look';
import type { FrameInput, LoadedModel, Recognition, RecogniseOptions } from '../../src/recognise/shared/index';
import { FakeHost, FakeVideo, Later, settled } from '../support/fake-page';

/** A video element's frame. */
class FakeFrame {
  readonly at: number;
  constructor(video: FakeVideo) {
    this.at = video.currentTime;
  }
}

/** A video that can be sought, and what a page sees of it. */
class SoughtVideo extends FakeVideo {
  seeking = false;
  currentSrc = 'blob:one';

  arrive(time: number): Promise<void> {
    this.seeking = false;
    this.currentTime = time;
    return shown();
  }
}

let host: FakeHost;
let video: SoughtVideo;
let parts: { wanted: boolean; square: Aim | undefined; video: HTMLVideoElement | undefined };
let asked: { at: number; options: RecogniseOptions; answer: Later<Recognition> }[];
let look: FrameLook;

const shown = (): Promise<void> => {
  host.requestUpdate();
  return settled();
};
const answer = (call: number): Promise<void> => {
  asked[call].answer.resolve({ id: call, look: { index: 1 } } as Recognition);
  return settled();
};

beforeEach(() => {
  vi.stubGlobal('VideoFrame', FakeFrame);
  vi.stubGlobal('HTMLMediaElement', { HAVE_CURRENT_DATA: 2 });
  host = new FakeHost();
  video = new SoughtVideo();
  asked = [];
  parts = { wanted: true, square: undefined, video: video.element };
  const recogniser = {
    state: 'ready' as const,
    loaded: {} as LoadedModel,
    recognise: (frame: FrameInput, options: RecogniseOptions): Promise<Recognition> => {
      const later = new Later<Recognition>();
      asked.push({ at: (frame as unknown as FakeFrame).at, options, answer: later });
      return later.promise;
    },
  };
  look = new FrameLook(host, () => recogniser, () => parts);
  return () => vi.unstubAllGlobals();
});

describe('FrameLook', () => {
  it('asks once for the frame that stands, as a still, with the square of its label', async () => {
    parts.square = { x: 0.75, y: 0.25, side: 0.25 };
    for (let update = 0; update < 3; update++) await shown();
    await answer(0);
    await shown();
    expect(asked).toHaveLength(1);
    expect(asked[0].options).toMatchObject({ live: false, map: true, aim: parts.square });
    expect(look.recognition?.id).toBe(0);
  });

  it('leaves what is sought alone until it is there, then shows the map of the new frame in place of the old one', async () => {
    await shown();
    await answer(0);
    video.seeking = true;
    video.currentTime = 2;
    await shown();
    expect([asked.length, look.recognition?.id]).toEqual([1, 0]);
    await video.arrive(2);
    expect(asked.map(({ at }) => at)).toEqual([0, 2]);
    await answer(1);
    expect(look.recognition?.id).toBe(1);
    // Sought to where it stood.
    video.seeking = true;
    await shown();
    await video.arrive(2);
    expect(asked).toHaveLength(3);
  });

  it('asks nothing while it plays, and says so; the map goes', async () => {
    await shown();
    await answer(0);
    await video.play();
    for (const time of [1, 2, 3]) await video.arrive(time);
    expect([asked.length, look.recognition, look.lack]).toEqual([1, undefined, 'still']);
    video.pause();
    await shown();
    expect(asked.map(({ at }) => at)).toEqual([0, 3]);
    await answer(1);
    expect([look.recognition?.id, look.lack]).toEqual([1, undefined]);
  });

  it('asks nothing where the map is not wanted, no frame is there, or the video cannot be shown', async () => {
    parts.wanted = false;
    await shown();
    parts.wanted = true;
    video.readyState = 1;
    await shown();
    parts.video = undefined;
    await shown();
    expect(asked).toHaveLength(0);
    parts.video = video.element;
    video.readyState = 2;
    await shown();
    expect(asked).toHaveLength(1);
  });
});
