import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DropController } from '../../src/app/page/drop/drop-controller';
import type { DropPlaces } from '../../src/app/page/drop/places';
import { RouteController } from '../../src/app/page/route-controller';
import '../../src/app/page/drop/file-router';
import { FileInbox } from '../../src/base/page/file-inbox';
import { FakeHost, FakePage, settled } from '../support/fake-page';

/** An element that is the whole page, as far as files and the clipboard go. */
class Page extends EventTarget {
  readonly host = new FakeHost();
  addController = this.host.addController.bind(this.host);
  requestUpdate = this.host.requestUpdate.bind(this.host);
}

const PICTURE = new File(['x'], 'cat.png', { type: 'image/png' });

describe('what is dropped or pasted', () => {
  let page: Page;
  let document: FakePage;
  let images: FileInbox;

  beforeEach(() => {
    document = new FakePage();
    page = new Page();
    images = new FileInbox(page.host);
    const none = new FileInbox(page.host);
    const places: DropPlaces = {
      view: 'live', images, sessions: none, classes: none, go: () => undefined, playVideos: () => undefined, tryModel: () => true, onMissing: () => undefined,
    };
    new DropController(page as unknown as ConstructorParameters<typeof DropController>[0], () => places);
    page.host.connect();
  });
  afterEach(() => {
    page.host.disconnect();
    vi.unstubAllGlobals();
  });

  /** @returns whether the browser does with it what it does by itself, and the names of what was taken */
  async function hand(type: 'drop' | 'paste', types: readonly string[], files: readonly File[], target: object = {}): Promise<[boolean, string[]]> {
    const data = { types, files, items: [] };
    const event = Object.assign(new Event(type, { cancelable: true }), { dataTransfer: data, clipboardData: data, composedPath: () => [target] });
    const left = (type === 'drop' ? page : document).dispatchEvent(event);
    await settled();
    return [left, images.take().map(({ name }) => name)];
  }

  it('is taken where it is files', async () => {
    expect(await hand('drop', ['Files'], [PICTURE])).toEqual([false, ['cat.png']]);
    expect(await hand('paste', ['Files'], [PICTURE])).toEqual([false, ['cat.png']]);
  });

  it('is a field\'s where it is words: dragged ones, and pasted ones that have a picture of themselves beside them', async () => {
    expect(await hand('drop', ['text/plain'], [])).toEqual([true, []]);
    expect(await hand('paste', ['text/plain'], [])).toEqual([true, []]);
    expect(await hand('paste', ['text/plain', 'Files'], [PICTURE], { selectionStart: 0 })).toEqual([true, []]);
  });

  it('is taken as a picture where nobody writes, though words are beside it, as with copies of a file manager or a table', async () => {
    expect(await hand('paste', ['text/plain', 'Files'], [PICTURE])).toEqual([false, ['cat.png']]);
    // A checkbox has no place for words.
    expect(await hand('paste', ['text/plain', 'Files'], [PICTURE], { selectionStart: null })).toEqual([false, ['cat.png']]);
    // A field takes no picture.
    expect(await hand('paste', ['Files'], [PICTURE], { selectionStart: 0 })).toEqual([false, ['cat.png']]);
  });
});

describe('the view that the address names', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('is shown at once, not when the browser tells of the address', async () => {
    new FakePage();
    const location = new URL('http://localhost');
    vi.stubGlobal('location', location);
    const host = new FakeHost();
    const route = new RouteController(host, ['live', 'pictures']);
    route.go('pictures');
    await host.updateComplete;
    expect([route.current, host.updates]).toEqual(['pictures', 1]);
  });
});
