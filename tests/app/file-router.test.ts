import { beforeEach, describe, expect, it } from 'vitest';
import type { DropPlaces } from '../../src/app/page/drop/places';
import { routeFiles } from '../../src/app/page/drop/file-router';
import { FileInbox } from '../../src/base/page/file-inbox';
import { FakeHost } from '../support/fake-page';

const THINGS = '{"format":"sightglass-things","version":1}';

describe('files that were dropped', () => {
  /** What happened to them, in order. */
  let done: string[];
  let busy: boolean;
  let inboxes: Record<'images' | 'sessions' | 'classes', FileInbox>;

  beforeEach(() => {
    [done, busy] = [[], false];
    const host = new FakeHost();
    inboxes = { images: new FileInbox(host), sessions: new FileInbox(host), classes: new FileInbox(host) };
  });

  const route = (view: DropPlaces['view'], ...files: (readonly [string, string?])[]) =>
    routeFiles(files.map(([name, content = 'x']) => ({ file: new File([content], name), name })), {
      ...inboxes,
      view,
      go: (to) => void done.push(`go ${to}`),
      playVideos: (videos) => void done.push(`play ${videos.map(({ name }) => name).join()}`),
      tryModel: (model) => {
        done.push(`try ${model.map(({ name }) => name).join()}`);
        return !busy;
      },
      onMissing: () => undefined,
    });
  const taken = (): Record<string, string[]> =>
    Object.fromEntries(Object.entries(inboxes).map(([name, inbox]) => [name, inbox.take().map(({ file }) => file.name)] as const).filter(([, names]) => names.length > 0));

  it('of one kind go to their view, and nothing is said', async () => {
    for (const [file, view, place] of [['a.jpg', 'pictures', 'images'], ['a.zip', 'sessions', 'sessions'], ['labels.txt', 'sessions', 'sessions'], ['things.json', 'teach', 'classes']] as const) {
      done = [];
      expect(await route('live', [file, file === 'things.json' ? THINGS : 'cat'])).toBeUndefined();
      expect([done, taken()]).toEqual([[`go ${view}`], { [place]: [file] }]);
    }
    done = [];
    await route('teach', ['a.mkv'], ['b.mp4']);
    expect(done).toEqual(['go live', 'play a.mkv,b.mp4']);
  });

  it('have the live view shown before videos play, whatever comes with them: it may ask whether a recording is to end', async () => {
    const routed = await route('pictures', ['a.jpg'], ['film.mkv']);
    expect([done, taken()]).toEqual([['go live', 'play film.mkv'], { images: ['a.jpg'] }]);
    expect(routed?.shares.map(({ view }) => view)).toEqual(['pictures', 'live']);
  });

  it('that are a model open its sheet where one is', async () => {
    expect(await route('pictures', ['a.onnx'], ['a.onnx.data'])).toBeUndefined();
    expect(done).toEqual(['try a.onnx,a.onnx.data']);
    busy = true;
    expect(await route('pictures', ['a.onnx'], ['a.onnx.data'])).toEqual({ shares: [], refused: [{ name: 'a.onnx', reason: 'model-busy' }, { name: 'a.onnx.data', reason: 'model-busy' }] });
  });

  it('are examples in Teach, and things whatever their file is called', async () => {
    await route('teach', ['a.jpg'], ['mine.txt', THINGS]);
    expect([done, taken()]).toEqual([['go teach'], { classes: ['a.jpg', 'mine.txt.json'] }]);
  });

  it('of several kinds go to several places, the first of which is shown; what is refused is told beside them', async () => {
    expect(await route('live', ['a.zip'], ['b.jpg'], ['c.jpg'], ['d.pdf'])).toEqual({
      shares: [{ kind: 'images', count: 2, view: 'pictures' }, { kind: 'sessions', count: 1, view: 'sessions' }],
      refused: [{ name: 'd.pdf', reason: 'unknown' }],
    });
    expect([done, taken()]).toEqual([['go pictures'], { images: ['b.jpg', 'c.jpg'], sessions: ['a.zip'] }]);
  });

  it('that are all refused go nowhere', async () => {
    expect(await route('live', ['d.pdf'])).toEqual({ shares: [], refused: [{ name: 'd.pdf', reason: 'unknown' }] });
    expect([done, taken()]).toEqual([[], {}]);
  });
});
