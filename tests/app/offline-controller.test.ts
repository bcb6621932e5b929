import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { OfflineProgress } from '../../src/base/shared/offline';
import { OfflineController } from '../../src/app/page/platform/offline-controller';
import { FakeHost, FakePage, settled } from '../support/fake-page';

const WANTED = { all: false, model: 'https://app.test/models/one.bin', engine: false };
const STOPPED: OfflineProgress = { phase: 'stopped', reason: 'failed', kept: 0, total: 47, rest: 0 };

/** The worker that keeps files, as far as the page sees it. */
class KeepingWorker extends EventTarget {
  static readonly all: KeepingWorker[] = [];
  ended = false;

  constructor() {
    super();
    KeepingWorker.all.push(this);
  }

  postMessage(): void {
    // What it is asked for is of no concern here.
  }

  terminate(): void {
    this.ended = true;
  }

  report(progress: OfflineProgress): void {
    this.dispatchEvent(new MessageEvent('message', { data: progress }));
  }
}

describe('OfflineController', () => {
  const { all } = KeepingWorker;
  let page: FakePage;
  let host: FakeHost;
  let offline: OfflineController;

  beforeEach(() => {
    page = new FakePage();
    Object.assign(page, { baseURI: 'https://app.test/' });
    vi.stubGlobal('Worker', KeepingWorker);
    host = new FakeHost();
    offline = new OfflineController(host, () => Promise.resolve(true));
    // As the element does that owns it: it asks at each of its updates.
    host.addController({ hostUpdated: () => offline.start(WANTED) });
    host.connect();
    host.requestUpdate();
  });

  afterEach(() => {
    host.disconnect();
    all.length = 0;
    vi.unstubAllGlobals();
  });

  it.each(['failed', 'no-room', 'no-network'] as const)('does not begin anew where it stopped: %s', async (reason) => {
    await settled();
    all[0]?.report({ ...STOPPED, reason });
    await settled();
    host.requestUpdate();
    await settled();
    expect(offline.progress).toMatchObject({ phase: 'stopped', reason });
    expect(all).toHaveLength(1);
  });

  it('goes on when the network comes back, and only where that was missing', async () => {
    await settled();
    all[0]?.report({ ...STOPPED, reason: 'no-network' });
    await settled();
    page.window.dispatchEvent(new Event('online'));
    expect(all).toHaveLength(2);
    all[1]?.report(STOPPED);
    page.window.dispatchEvent(new Event('online'));
    await settled();
    expect(all).toHaveLength(2);
  });

  it('begins where something else is wanted, and again where that was paused before its first report', async () => {
    await settled();
    all[0]?.report(STOPPED);
    const more = { ...WANTED, all: true };
    offline.start(more);
    offline.pause();
    expect(all.map(({ ended }) => ended)).toEqual([true, true]);
    offline.start(more);
    expect(all).toHaveLength(3);
  });
});
