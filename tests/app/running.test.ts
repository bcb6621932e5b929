import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { NOTICE_MS, NoticeTurn } from '../../src/app/page/platform/notice-turn';
import { CameraRest, UNSEEN_MS } from '../../src/app/page/running/camera-rest';
import type { CameraController } from '../../src/recognise/page/index';
import { FakeHost, FakePage } from '../support/fake-page';

let page: FakePage;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  page = new FakePage();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('CameraRest', () => {
  let host: FakeHost;
  const parts = { camera: { state: 'live', source: 'camera', stop: vi.fn() }, seen: true, recording: false };
  const now = async (change: object): Promise<void> => {
    Object.assign(parts, change);
    host.requestUpdate();
    await host.updateComplete;
  };

  beforeEach(() => {
    Object.assign(parts, { camera: { state: 'live', source: 'camera', stop: vi.fn() }, seen: true, recording: false });
    host = new FakeHost();
    new CameraRest(host, () => parts as typeof parts & { camera: CameraController });
    host.connect();
  });

  it('closes a camera a minute after its view was left, and no sooner', async () => {
    await now({ seen: false });
    vi.advanceTimersByTime(UNSEEN_MS - 1);
    // Whatever else is drawn meanwhile.
    await now({});
    expect(parts.camera.stop).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(parts.camera.stop).toHaveBeenCalledTimes(1);
  });

  it('counts from the last time that it was seen', async () => {
    await now({ seen: false });
    vi.advanceTimersByTime(UNSEEN_MS - 1);
    await now({ seen: true });
    vi.advanceTimersByTime(UNSEEN_MS);
    await now({ seen: false });
    vi.advanceTimersByTime(UNSEEN_MS - 1);
    expect(parts.camera.stop).not.toHaveBeenCalled();
  });

  it('closes it in a hidden tab as well', () => {
    page.show(false);
    vi.advanceTimersByTime(UNSEEN_MS);
    expect(parts.camera.stop).toHaveBeenCalledTimes(1);
  });

  it.each([
    ['that records', { recording: true }],
    ['in sight', { seen: true }],
    ['that is a shared screen', { camera: { state: 'live', source: 'screen', stop: vi.fn() } }],
    ['that is off', { camera: { state: 'off', source: 'camera', stop: vi.fn() } }],
  ])('leaves one alone %s', async (_, change) => {
    await now({ seen: false, ...change });
    vi.advanceTimersByTime(10 * UNSEEN_MS);
    expect(parts.camera.stop).not.toHaveBeenCalled();
  });

  it('ends with its page', async () => {
    await now({ seen: false });
    host.disconnect();
    vi.advanceTimersByTime(10 * UNSEEN_MS);
    expect(parts.camera.stop).not.toHaveBeenCalled();
  });
});

describe('NoticeTurn', () => {
  let used = '';
  class Place extends FakeHost {
    matches(): boolean {
      return used !== '';
    }
  }

  it('takes a notice away after a while, but not from under a pointer, the focus, or in a hidden tab', () => {
    const over: string[] = [];
    const turn = new NoticeTurn<'update' | 'install'>(new Place() as unknown as FakeHost & HTMLElement, (id) => over.push(id));
    turn.show('install');
    vi.advanceTimersByTime(NOTICE_MS - 1);
    // The same one, shown again, has no more time for that; another one has its own.
    turn.show('install');
    turn.show('update');
    vi.advanceTimersByTime(NOTICE_MS - 1);
    expect(over).toEqual([]);
    used = 'hover';
    vi.advanceTimersByTime(NOTICE_MS);
    used = '';
    page.show(false);
    vi.advanceTimersByTime(NOTICE_MS);
    expect(over).toEqual([]);
    page.show(true);
    vi.advanceTimersByTime(NOTICE_MS);
    expect(over).toEqual(['update']);
    turn.show(undefined);
    vi.advanceTimersByTime(2 * NOTICE_MS);
    expect(over).toEqual(['update']);
  });
});
