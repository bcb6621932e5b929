import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FILES_CACHE, SHELL_CACHE_PREFIX, type ShellState } from '../../src/base/shared/offline';
import { Later, settled } from '../support/fake-page';

/** What the guard makes of elements: their words, and what they hold. */
class FakeElement extends EventTarget {
  className = '';
  lang = '';
  textContent = '';
  readonly children: (FakeElement | string)[] = [];

  constructor(private readonly page: FakeDocument) {
    super();
  }

  setAttribute(): void {
    // A screen reader's concern.
  }

  append(...children: (FakeElement | string)[]): void {
    this.children.push(...children);
  }

  remove(): void {
    this.page.panel = undefined;
  }
}

/** A page whose app may start. */
class FakeDocument {
  started = false;
  panel: FakeElement | undefined;
  readonly body = { prepend: (panel: FakeElement) => void (this.panel = panel) };

  createElement(): FakeElement {
    return new FakeElement(this);
  }

  querySelector(what: string): unknown {
    if (what === 'sg-app') return { shadowRoot: { childElementCount: this.started ? 1 : 0 } };
    return this.panel ?? null;
  }

  querySelectorAll(): unknown[] {
    return [];
  }
}

describe('the boot guard', () => {
  const SHELL = `${SHELL_CACHE_PREFIX}now`;
  let page: FakeDocument;
  let window: EventTarget;
  /** What was done, in order. */
  let done: string[];
  /** Where the service worker answers, for each time that it was asked. */
  let ports: MessagePort[];
  /** The server's answer. */
  let server: Later<{ ok: boolean }>;

  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    page = new FakeDocument();
    window = new EventTarget();
    [done, ports, server] = [[], [], new Later()];
    const memory = new Map<string, string>();
    const note = (what: string) => () => Promise.resolve(done.push(what) > 0);
    vi.stubGlobal('document', page);
    vi.stubGlobal('addEventListener', window.addEventListener.bind(window));
    vi.stubGlobal('location', { href: 'https://app.test/', reload: () => void done.push('reload') });
    vi.stubGlobal('sessionStorage', { getItem: (key: string) => memory.get(key) ?? null, setItem: (key: string, value: string) => memory.set(key, value) });
    vi.stubGlobal('navigator', {
      serviceWorker: {
        controller: { postMessage: (_: unknown, [port]: MessagePort[]) => void (port && ports.push(port)) },
        getRegistration: () => Promise.resolve({ unregister: note('unregister') }),
      },
    });
    vi.stubGlobal('caches', {
      keys: () => Promise.resolve([SHELL, FILES_CACHE, 'other']),
      delete: (name: string) => note(`delete ${name}`)(),
    });
    vi.stubGlobal('fetch', () => server.promise);
    vi.resetModules();
    await import('../../src/app/page/boot/boot-guard');
  });

  afterEach(() => {
    for (const port of ports) port.close();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  /** Something of the start fails, and the service worker is asked. */
  function fail(): void {
    window.dispatchEvent(new Event('error'));
    vi.advanceTimersByTime(3000);
  }

  async function answer(state: ShellState): Promise<void> {
    ports[0]?.postMessage(state);
    await settled();
  }

  const LOST: ShellState = { damaged: 1, mended: 0, answered: true, replaced: false };

  it('loads the page anew where all is mended', async () => {
    fail();
    expect(page.panel).toBeDefined();
    await answer({ damaged: 1, mended: 1, answered: true, replaced: false });
    expect(done).toEqual(['reload']);
  });

  it('leaves an app alone that started while its files were looked at', async () => {
    fail();
    page.started = true;
    await answer({ damaged: 1, mended: 1, answered: true, replaced: false });
    expect(page.panel).toBeUndefined();
    expect(done).toEqual([]);
  });

  it('leaves an app alone that started while the server was asked', async () => {
    fail();
    await answer(LOST);
    page.started = true;
    server.resolve({ ok: true });
    await settled();
    expect(page.panel).toBeUndefined();
    expect(done).toEqual([]);
  });

  it('leaves an app alone that started before the network came back', async () => {
    fail();
    await answer({ ...LOST, answered: false });
    expect(page.panel).toBeDefined();
    page.started = true;
    window.dispatchEvent(new Event('online'));
    expect(page.panel).toBeUndefined();
    expect(done).toEqual([]);
  });

  it('begins once, however much fails', async () => {
    fail();
    fail();
    window.dispatchEvent(new Event('unhandledrejection'));
    vi.advanceTimersByTime(3000);
    await settled();
    expect(ports).toHaveLength(1);
  });

  it('goes without the service worker, and without the files that the same version would be installed from again', async () => {
    fail();
    await answer(LOST);
    server.resolve({ ok: true });
    await settled();
    expect(done).toEqual([`delete ${SHELL}`, 'unregister', 'reload']);
  });
});
