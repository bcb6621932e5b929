import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { NOTICE_MS, NoticeTurn } from '../../src/app/page/platform/notice-turn';
import { UpdateController } from '../../src/app/page/platform/update-controller';
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

  type Notice = 'update' | 'damage' | 'install';
  const begin = (): NoticeTurn<Notice> => new NoticeTurn<Notice>(new Place() as unknown as FakeHost & HTMLElement, ['damage']);

  it('takes a notice away after a while, but not from under a pointer, the focus, or in a hidden tab', () => {
    const turn = begin();
    expect(turn.of(['install'])).toBe('install');
    vi.advanceTimersByTime(NOTICE_MS - 1);
    // The same one, shown again, has no more time for that; another one has its own.
    expect(turn.of(['install'])).toBe('install');
    expect(turn.of(['update'])).toBe('update');
    vi.advanceTimersByTime(NOTICE_MS - 1);
    expect(turn.of(['update'])).toBe('update');
    used = 'hover';
    vi.advanceTimersByTime(NOTICE_MS);
    used = '';
    page.show(false);
    vi.advanceTimersByTime(NOTICE_MS);
    expect(turn.of(['update'])).toBe('update');
    page.show(true);
    vi.advanceTimersByTime(NOTICE_MS);
    expect(turn.of(['update'])).toBeUndefined();
    expect(turn.of([])).toBeUndefined();
    vi.advanceTimersByTime(2 * NOTICE_MS);
    expect(turn.of(['update', 'install'])).toBe('install');
  });

  it('gives the next its turn, and keeps up what is to be known until it is answered', () => {
    const turn = begin();
    const there: Notice[] = ['update', 'damage', 'install'];
    expect(turn.of(there)).toBe('update');
    vi.advanceTimersByTime(NOTICE_MS);
    expect(turn.of(there)).toBe('damage');
    vi.advanceTimersByTime(10 * NOTICE_MS);
    expect(turn.of(there)).toBe('damage');
    expect(turn.of(['update', 'install'])).toBe('install');
  });
});

describe('UpdateController', () => {
  it('tells of damage until that was read, whatever becomes of a new version', () => {
    const updates = new UpdateController(new FakeHost());
    Object.assign(updates, { ready: true, damage: { damaged: 1, mended: 0, replaced: false } });
    updates.later();
    expect([updates.ready, updates.damage?.damaged]).toEqual([false, 1]);
    Object.assign(updates, { ready: true });
    updates.read();
    expect([updates.ready, updates.damage]).toEqual([true, undefined]);
  });
});
