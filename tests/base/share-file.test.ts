import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { copyImage } from '../../src/base/page/copy-image';
import { shareFile } from '../../src/base/page/share-file';
import { shareMade } from '../../src/base/page/share-made';
import { Later } from '../support/fake-page';

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

  it('goes nowhere where it was asked for twice: the first choice is still open', async () => {
    vi.stubGlobal('navigator', { ...CAN, share: () => Promise.reject(new DOMException('open already', 'InvalidStateError')) });
    expect([await shareFile(FILE), saved]).toEqual(['cancelled', []]);
  });

  it('that was made too late for the press is offered once more, and saved only where that cannot be', async () => {
    const offered: string[] = [];
    const offer = (answer: 'shared' | undefined) => (file: File) => Promise.resolve((offered.push(file.name), answer));
    vi.stubGlobal('navigator', { ...CAN, share: () => Promise.reject(new DOMException('too late', 'NotAllowedError')) });
    expect([await shareMade(() => Promise.resolve(FILE), offer('shared')), offered, saved]).toEqual(['shared', ['cat.jpg'], []]);
    expect([await shareMade(() => Promise.resolve(FILE), offer(undefined)), saved]).toEqual(['saved', ['cat.jpg']]);
    // Nothing else asks for another press.
    vi.stubGlobal('navigator', { ...CAN, share: () => Promise.reject(new DOMException('no', 'DataError')) });
    expect([await shareMade(() => Promise.resolve(FILE), offer('shared')), offered.length]).toEqual(['saved', 2]);
  });

  it('is made once for two presses, and again for a later one, also after it could not be made', async () => {
    const share = vi.fn(() => Promise.resolve());
    vi.stubGlobal('navigator', { ...CAN, share });
    const made = new Later<File>();
    const first = shareMade(() => made.promise);
    expect(await shareMade(() => Promise.resolve(FILE))).toBe('cancelled');
    made.reject(new Error('unreadable'));
    await expect(first).rejects.toThrow('unreadable');
    expect(await shareMade(() => Promise.resolve(FILE))).toBe('shared');
    expect(share).toHaveBeenCalledTimes(1);
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

  it('is told apart where it could not be made', async () => {
    const writeText = vi.fn(() => Promise.resolve());
    vi.stubGlobal('ClipboardItem', class { constructor(readonly content: Record<string, Promise<Blob>>) {} });
    const write = ([{ content }]: { content: Record<string, Promise<Blob>> }[]): Promise<unknown> => content['image/png'];
    vi.stubGlobal('navigator', { clipboard: { write, writeText } });
    expect([await copyImage(() => Promise.reject(new Error('unreadable')), 'tabby'), writeText.mock.calls]).toEqual(['unmade', [['tabby']]]);
  });
});
