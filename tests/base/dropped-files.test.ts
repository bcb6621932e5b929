import { describe, expect, it } from 'vitest';
import { droppedFiles } from '../../src/base/page/dropped-files';
import { MOST_DROPPED } from '../../src/base/shared/image-problem';

type Entry = Pick<FileSystemEntry, 'name' | 'fullPath' | 'isFile' | 'isDirectory'>;

const file = (path: string, broken = false): Entry => ({
  name: path.split('/').at(-1)!, fullPath: path, isFile: true, isDirectory: false,
  file: (resolve: (made: File) => void, reject: (error: Error) => void) => (broken ? reject(new DOMException('gone', 'NotFoundError')) : resolve(new File(['x'], path))),
} as Entry);

/** A folder whose reader gives its entries in portions, as Chromium's does, and may fail after some. */
const folder = (path: string, children: readonly Entry[], failsAfter = Infinity): Entry => {
  let at = 0;
  const readEntries = (resolve: (some: readonly Entry[]) => void, reject: (error: Error) => void): void => {
    if (at >= failsAfter) reject(new DOMException('not to be read', 'SecurityError'));
    else resolve(children.slice(at, (at += 100)));
  };
  return { name: path.slice(1), fullPath: path, isFile: false, isDirectory: true, createReader: () => ({ readEntries }) } as unknown as Entry;
};

const drop = (entries: readonly Entry[]): Parameters<typeof droppedFiles>[0] =>
  ({ entries: [null, ...entries], files: [] }) as unknown as Parameters<typeof droppedFiles>[0];

describe('a dropped folder', () => {
  it('is taken whole, with its folders, by path', async () => {
    const found = await droppedFiles(drop([folder('/cats', [file('/cats/a.jpg'), folder('/cats/more', [file('/cats/more/b.jpg')])]), file('/c.jpg')]));
    expect(found.map(({ name, problem }) => [name, problem])).toEqual([['cats/a.jpg', undefined], ['cats/more/b.jpg', undefined], ['c.jpg', undefined]]);
  });

  it('loses nothing to a file or a folder that cannot be opened: these are named', async () => {
    const many = Array.from({ length: 150 }, (_, i) => file(`/cats/${i}.jpg`));
    const found = await droppedFiles(drop([folder('/cats', [file('/cats/gone.jpg', true), ...many], 100), file('/c.jpg')]));
    expect(found.filter(({ problem }) => problem).map(({ name, problem }) => [name, problem])).toEqual([['cats/gone.jpg', 'not-given'], ['cats', 'not-given']]);
    expect(found.filter(({ problem }) => !problem)).toHaveLength(99 + 1);
  });

  it('says where it left off, if there are too many', async () => {
    const many = Array.from({ length: MOST_DROPPED + 300 }, (_, i) => file(`/disk/${i}.jpg`));
    const found = await droppedFiles(drop([folder('/disk', many), file('/c.jpg')]));
    expect(found).toHaveLength(MOST_DROPPED + 1);
    expect(found.at(-1)).toMatchObject({ name: `disk/${MOST_DROPPED}.jpg`, problem: 'left-out' });
    expect(found.filter(({ problem }) => problem)).toHaveLength(1);
  });
});
