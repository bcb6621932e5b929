import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Fault } from '../../src/base/shared/fault';
import { LiveRecognition } from '../../src/recognise/page/live/live-recognition';
import type { FrameInput, Recognition, RecogniseOptions } from '../../src/recognise/shared/recogniser';
import { FakeHost, FakePage, FakeVideo, Later, settled } from '../support/fake-page';

/** A video element that tells of each frame. */
class FramedVideo extends FakeVideo {
  #callback: ((now: number, metadata: object) => void) | undefined;
  #presented = 0;

  requestVideoFrameCallback(callback: (now: number, metadata: object) => void): number {
    this.#callback = callback;
    return 1;
  }

  cancelVideoFrameCallback(): void {
    this.#callback = undefined;
  }

  /** Whether somebody waits for a frame. */
  get watched(): boolean {
    return this.#callback !== undefined;
  }

  /** Presents a frame. @param count how many since the one before */
  present(count = 1): void {
    this.#presented += count;
    const now = performance.now();
    this.#callback?.(now, { presentationTime: now, presentedFrames: this.#presented, mediaTime: now / 1000 });
  }
}

interface Call {
  readonly frame: FrameInput;
  readonly options: RecogniseOptions;
  readonly answer: Later<Recognition>;
}

describe('LiveRecognition', () => {
  let page: FakePage;
  let video: FramedVideo;
  let calls: Call[];
  let live: LiveRecognition;
  let host: FakeHost;

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] });
    page = new FakePage();
    vi.stubGlobal('HTMLVideoElement', FramedVideo);
    vi.stubGlobal('HTMLMediaElement', { HAVE_CURRENT_DATA: 2 });
    vi.stubGlobal('VideoFrame', class {});
    [video, host, calls] = [new FramedVideo(), new FakeHost(), []];
    const recognise = (frame: FrameInput, options: RecogniseOptions): Promise<Recognition> => {
      const answer = new Later<Recognition>();
      calls.push({ frame, options, answer });
      return answer.promise;
    };
    live = new LiveRecognition(host, () => ({ opened: () => Promise.resolve(), recognise }));
    live.adaptive = false;
    host.connect();
    live.start(video.element);
  });
  afterEach(() => {
    host.disconnect();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  const recognition = ({ options: { id } }: Call): Recognition => ({ id, top: [], preprocessMs: 1, inferenceMs: 2 }) as unknown as Recognition;
  /** Presents a frame, and lets what follows happen. */
  async function present(count = 1): Promise<void> {
    vi.advanceTimersByTime(33);
    video.present(count);
    await settled();
  }
  async function answer(at: number): Promise<void> {
    calls[at].answer.resolve(recognition(calls[at]));
    await settled();
  }

  it('recognises one frame at a time, the newest next', async () => {
    await present();
    await present();
    await present();
    expect(calls).toHaveLength(1);
    const newest = performance.now();
    await answer(0);
    expect(live.recognition?.id).toBe(calls[0].options.id);
    expect(calls).toHaveLength(2);
    expect(calls[1].options.capturedAt).toBe(newest);
    expect(calls[1].options.id).toBeGreaterThan(calls[0].options.id);
  });

  it('shows no answer that comes after it was stopped, nor one of the run before', async () => {
    await present();
    live.stop();
    await answer(0);
    expect([live.recognition, live.running, video.watched, calls.length]).toEqual([undefined, false, false, 1]);
    live.start(video.element);
    await present();
    live.start(video.element);
    await answer(1);
    expect(live.recognition).toBeUndefined();
    await present();
    await answer(calls.length - 1);
    expect(live.recognition?.id).toBe(calls[calls.length - 1].options.id);
  });

  it('stands still while the page is hidden, and goes on when it is seen again', async () => {
    page.show(false);
    expect(video.watched).toBe(false);
    page.show(true);
    expect(video.watched).toBe(true);
    await present();
    expect(calls).toHaveLength(1);
    live.stop();
    page.show(true);
    expect(video.watched).toBe(false);
  });

  it('tells a recording of the very picture, and of its answer once that is shown', async () => {
    const tap = { submitted: vi.fn(), shown: vi.fn() };
    live.tap = tap;
    await present();
    expect(tap.submitted.mock.calls).toEqual([[calls[0].options.id, calls[0].frame]]);
    expect(tap.shown).not.toHaveBeenCalled();
    vi.advanceTimersByTime(40);
    await answer(0);
    expect(tap.shown).toHaveBeenCalledWith(recognition(calls[0]), 40);
  });

  it('tells when frames stop, and that the rate is 0 then; and when they come again', async () => {
    const flow = vi.fn();
    live.onFlow = flow;
    video.paused = false;
    for (let i = 0; i < 30; i++) await present();
    expect(live.statistics?.displayRate).toBeGreaterThan(25);
    expect(flow).not.toHaveBeenCalledWith(false);
    vi.advanceTimersByTime(2500);
    expect(flow).toHaveBeenLastCalledWith(false);
    expect(live.statistics?.displayRate).toBe(0);
    await present();
    expect(flow).toHaveBeenLastCalledWith(true);
  });

  it('waits for no frames of a paused video, nor while the page is hidden, nor when it is stopped', () => {
    const flow = vi.fn();
    live.onFlow = flow;
    vi.advanceTimersByTime(5000);
    video.paused = false;
    page.show(false);
    vi.advanceTimersByTime(5000);
    page.show(true);
    vi.advanceTimersByTime(1900);
    live.stop();
    vi.advanceTimersByTime(5000);
    expect(flow).not.toHaveBeenCalled();
  });

  it('has an answer of what is seen now only between its first answer and its stop', async () => {
    await present();
    expect(live.current).toBeUndefined();
    await answer(0);
    expect(live.current).toBe(live.recognition);
    live.stop();
    expect([live.recognition?.id, live.current]).toEqual([calls[0].options.id, undefined]);
    live.start(video.element);
    expect(live.current).toBeUndefined();
    await present();
    await answer(calls.length - 1);
    expect(live.current?.id).toBe(calls[calls.length - 1].options.id);
  });

  it('tells nothing of what was seen before, where no images come: not even an answer that was under way', async () => {
    await present();
    await answer(0);
    expect(live.recognition).toBeDefined();
    await present();
    live.silent = true;
    expect([live.recognition, live.statistics]).toEqual([undefined, undefined]);
    await answer(1);
    // Its element says so before each update.
    live.silent = true;
    expect(live.recognition).toBeUndefined();
    live.silent = false;
    await present();
    await answer(2);
    expect(live.recognition).toBeDefined();
  });

  it('has another network say anew what an image is that stands still, and forgets what the one before said', async () => {
    live.network = 'resnet18 int8';
    await present();
    await answer(0);
    video.paused = true;
    // The same once more, as before each update.
    live.network = 'resnet18 int8';
    await settled();
    expect([live.recognition?.id, calls.length]).toEqual([calls[0].options.id, 1]);
    live.network = undefined;
    live.network = 'efficientnet fp16';
    await settled();
    expect([live.recognition, calls.length]).toEqual([undefined, 2]);
    await answer(1);
    expect(live.recognition?.id).toBe(calls[1].options.id);
    // A paused video's loop ends while a model is loaded.
    live.stop();
    live.network = 'resnet18 fp16';
    expect(live.recognition).toBeUndefined();
    live.start(video.element);
    await settled();
    expect(calls).toHaveLength(3);
    await answer(2);
    expect(live.recognition?.id).toBe(calls[2].options.id);
    // Where frames come, the next one is answered anyhow: nothing is asked twice, nothing blinks.
    video.paused = false;
    live.network = 'resnet18 fp32';
    await settled();
    expect([live.recognition?.id, calls.length]).toEqual([calls[2].options.id, 3]);
  });

  it('sends frames in another way where the worker cannot read them, and outlives other faults', async () => {
    vi.stubGlobal('ImageData', class {});
    const drawn = { data: new Uint8ClampedArray(4), width: 1, height: 1 };
    const canvas = { width: 0, height: 0, getContext: () => ({ drawImage: () => undefined, getImageData: () => drawn }) };
    Object.assign(page, { createElement: () => canvas });
    await present();
    calls[0].answer.reject(new Fault('frame-unreadable', 'no VideoFrame here'));
    await settled();
    vi.advanceTimersByTime(50);
    await settled();
    expect(calls).toHaveLength(2);
    expect(calls[1].frame).toBe(drawn);
    calls[1].answer.reject(new Fault('worker-crashed', 'boom'));
    await settled();
    await present();
    expect(calls).toHaveLength(3);
  });

  it('tries again a little later where the video shows no frame just then', async () => {
    video.readyState = 1;
    await present();
    expect(calls).toHaveLength(0);
    video.readyState = 4;
    vi.advanceTimersByTime(50);
    await settled();
    expect(calls).toHaveLength(1);
  });
});
