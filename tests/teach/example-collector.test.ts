import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Aim, Region } from '../../src/engine/index';
import type { RecogniseOptions, Recognition } from '../../src/recognise/shared/index';
import type { TimedFrame } from '../../src/sessions/page/library/video-frames';
import { ExampleCollector } from '../../src/teach/page/example-collector';

/** Squares that images were made of, undefined for the middle one. */
const images: (Region | undefined)[] = [];

vi.mock('../../src/recognise/page/index', () => ({
  grabFrame: () => Promise.resolve({}),
  squareImage: (_: unknown, __: number, ___: number, square?: Region) => {
    images.push(square);
    return Promise.resolve(new Blob());
  },
}));

vi.mock('../../src/sessions/page/index', () => ({
  loadVideoFrames: () =>
    Promise.resolve({
      // eslint-disable-next-line @typescript-eslint/require-await -- frames come one by one
      videoFrames: async function* (_: Blob, times: readonly number[]): AsyncGenerator<TimedFrame> {
        // The video has no frame at the first time.
        for (const timeUs of times.slice(1)) {
          yield { frame: { displayWidth: 640, displayHeight: 480, clone: () => ({}) } as unknown as VideoFrame, timeUs };
        }
      },
    }),
}));

describe('ExampleCollector', () => {
  const aims: (Aim | undefined)[] = [];
  const collector = new ExampleCollector((_, { aim }: RecogniseOptions) => {
    aims.push(aim);
    return Promise.resolve({ features: new Float32Array(1) } as Recognition);
  });
  const small: Aim = { x: 0.75, y: 0.25, side: 0.25 };
  const there = { x: 420, y: 60, width: 120, height: 120 };

  beforeEach(() => {
    images.length = 0;
    aims.length = 0;
  });

  it('reads frames of a session where the network looked at their time, and says where that was', async () => {
    const squares: (Aim | undefined)[] = [];
    const span = { startUs: 0, endUs: 4_000_000, squareAt: (timeUs: number) => (timeUs >= 2_000_000 && timeUs < 3_000_000 ? small : undefined) };
    // At 0.5, 1.5, 2.5 and 3.5 s.
    for await (const example of collector.fromVideo(new Blob(), [span], 4)) squares.push(example.square);
    expect(squares).toEqual([undefined, small, undefined]);
    expect(aims).toEqual([undefined, small, undefined]);
    expect(images).toEqual([undefined, there, undefined]);
  });

  it('takes the middle of sessions that do not say', async () => {
    for await (const example of collector.fromVideo(new Blob(), [{ startUs: 0, endUs: 10 }], 2)) expect('square' in example).toBe(false);
    expect([aims, images]).toEqual([[undefined], [undefined]]);
  });

  it('takes examples of a camera where it is aimed then, and says where that was', async () => {
    const squares: (Aim | undefined)[] = [];
    const video = { videoWidth: 640, videoHeight: 480 } as HTMLVideoElement;
    const inForce = [{ ...small, x: 0.750004 }, undefined];
    await collector.burst(video, () => squares.length < 2, ({ square }) => squares.push(square), () => inForce[squares.length]);
    expect(squares).toEqual([small, undefined]);
    expect(aims).toEqual([{ ...small, x: 0.750004 }, undefined]);
    expect(images.map((square) => square?.width)).toEqual([120, undefined]);
  });
});
