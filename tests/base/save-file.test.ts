import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { downloadFile } from '../../src/base/page/save-file';

describe('downloadFile', () => {
  const link = { href: '', download: '', click: vi.fn() };
  const made: Blob[] = [];
  const givenUp: string[] = [];

  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal('document', { createElement: () => link });
    vi.spyOn(URL, 'createObjectURL').mockImplementation((blob) => `blob:${made.push(blob as Blob)}`);
    vi.spyOn(URL, 'revokeObjectURL').mockImplementation((address) => void givenUp.push(address));
    made.length = givenUp.length = 0;
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
  });

  it('gives a copy up, once the download has had time to begin', () => {
    const file = new Blob(['a']);
    downloadFile(file, 'a.txt');
    expect(made).toEqual([file]);
    expect(link).toMatchObject({ href: 'blob:1', download: 'a.txt' });
    expect(link.click).toHaveBeenCalledOnce();
    vi.advanceTimersByTime(9 * 60_000);
    expect(givenUp).toEqual([]);
    vi.advanceTimersByTime(2 * 60_000);
    expect(givenUp).toEqual(['blob:1']);
  });

  it('holds the only copy for as long as the page lives', () => {
    downloadFile(new Blob(['a']), 'a.zip', { onlyCopy: true });
    vi.advanceTimersByTime(7 * 24 * 3_600_000);
    expect(made).toHaveLength(1);
    expect(givenUp).toEqual([]);
  });
});
