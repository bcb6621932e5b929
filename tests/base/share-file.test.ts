import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { copyImage } from '../../src/base/page/copy-image';
import { shareFile } from '../../src/base/page/share-file';

const CAN = { canShare: (): boolean => true };
const FILE = new File(['x'], 'cat.jpg', { type: 'image/jpeg' });

describe('a file that is handed on', () => {
  /** Names of files that were saved. */
  let saved: string[];

  beforeEach(() => {
    saved = [];
    vi.stubGlobal('document', { createElement: () => ({ href: '', download: '', click(this: { download: string }) { saved.push(this.download); } }) });
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it('goes where a person wants it, and is saved nowhere', async () => {
    const share = vi.fn(() => Promise.resolve());
    vi.stubGlobal('navigator', { ...CAN, share });
    expect(await shareFile(FILE)).toBe('shared');
    expect([share.mock.calls, saved]).toEqual([[[{ files: [FILE] }]], []]);
  });

  it('goes nowhere where a person closes the choice: that is no failure', async () => {
    vi.stubGlobal('navigator', { ...CAN, share: () => Promise.reject(new DOMException('closed', 'AbortError')) });
    expect([await shareFile(FILE), saved]).toEqual(['cancelled', []]);
  });

  it.each([
    ['shares nothing', {}], ['shares no such file', { canShare: (): boolean => false }],
    ['refuses', { ...CAN, share: () => Promise.reject(new DOMException('too late', 'NotAllowedError')) }],
  ])('is saved where the browser %s', async (_, navigator) => {
    vi.stubGlobal('navigator', navigator);
    expect([await shareFile(FILE), saved]).toEqual(['saved', ['cat.jpg']]);
  });
});

describe('an image that is copied', () => {
  const png = (): Promise<Blob> => Promise.resolve(new Blob(['x'], { type: 'image/png' }));

  afterEach(() => vi.unstubAllGlobals());

  it('is copied with its words', async () => {
    const write = vi.fn((_items: unknown[]) => Promise.resolve());
    vi.stubGlobal('ClipboardItem', class { constructor(readonly content: object) {} });
    vi.stubGlobal('navigator', { clipboard: { write } });
    expect(await copyImage(png, 'tabby')).toBe('image');
    expect(Object.keys((write.mock.calls[0][0][0] as { content: object }).content)).toEqual(['image/png', 'text/plain']);
  });

  it('leaves its words where images cannot be copied, and says where nothing can', async () => {
    const writeText = vi.fn(() => Promise.resolve());
    vi.stubGlobal('ClipboardItem', class {});
    vi.stubGlobal('navigator', { clipboard: { write: () => Promise.reject(new DOMException('no', 'NotAllowedError')), writeText } });
    expect([await copyImage(png, 'tabby'), writeText.mock.calls]).toEqual(['text', [['tabby']]]);
    vi.stubGlobal('ClipboardItem', undefined);
    vi.stubGlobal('navigator', { clipboard: { writeText: () => Promise.reject(new DOMException('no', 'NotAllowedError')) } });
    expect(await copyImage(png, 'tabby')).toBeUndefined();
    vi.stubGlobal('navigator', {});
    expect(await copyImage(png, 'tabby')).toBeUndefined();
  });
});
