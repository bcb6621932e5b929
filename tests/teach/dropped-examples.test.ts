import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FileInbox } from '../../src/base/page/file-inbox';
import { DroppedExamples } from '../../src/teach/page/dropped-examples';
import { FakeHost, FakePage, Later, settled } from '../support/fake-page';

/** A class's card, as far as what is dropped on it goes. */
class FakeCard extends EventTarget {
  readonly localName = 'sg-thing-card';
  constructor(readonly taughtClass: { readonly id: string }) {
    super();
  }
}

describe('pictures that are dropped in Teach', () => {
  let page: FakePage;
  let host: FakeHost;
  let inbox: FileInbox;
  let chosenId: string | undefined;
  /** The name that is asked for. */
  let name: Later<string | undefined>;
  let asked: number;
  /** What was taught, in order. */
  let taught: (readonly [string, string[]])[];

  beforeEach(() => {
    page = new FakePage();
    vi.stubGlobal('Element', FakeCard);
    host = new FakeHost();
    inbox = new FileInbox(host);
    [name, asked, taught, chosenId] = [new Later(), 0, [], undefined];
    new DroppedExamples(host, () => ({
      inbox, ready: true, chosenId,
      teach: {
        addClass: (wanted) => Promise.resolve(`the ${wanted}`),
        addImages: (id, files) => Promise.resolve(void taught.push([id, files.map((file) => file.name)])),
        importFile: () => Promise.resolve(),
      },
      ask: () => {
        asked++;
        return name.promise;
      },
      onClass: (id) => (chosenId = id),
    }));
    host.connect();
  });
  afterEach(() => {
    host.disconnect();
    vi.unstubAllGlobals();
  });

  function hand(type: 'drop' | 'paste', over: object = {}): void {
    page.dispatchEvent(Object.assign(new Event(type), { composedPath: () => [over] }));
  }
  async function come(...names: string[]): Promise<void> {
    inbox.put(names.map((one) => ({ file: new File(['x'], one), name: one })));
    await settled();
  }

  it('wait together for one name where more come before it is given', async () => {
    hand('drop');
    await come('a.jpg', 'b.jpg');
    hand('drop');
    await come('c.jpg');
    expect([asked, taught]).toEqual([1, []]);
    name.resolve('mug');
    await settled();
    expect(taught).toEqual([['the mug', ['a.jpg', 'b.jpg', 'c.jpg']]]);
    await come('d.jpg');
    expect(taught.at(1)).toEqual(['the mug', ['d.jpg']]);
  });

  it('are asked for anew where no name was given', async () => {
    await come('a.jpg');
    name.resolve(undefined);
    await settled();
    name = new Later();
    await come('b.jpg');
    name.resolve('cup');
    await settled();
    expect([asked, taught]).toEqual([2, [['the cup', ['b.jpg']]]]);
  });

  it('teach the card that they were dropped on, not one that something else was dropped on before', async () => {
    chosenId = 'mug';
    const card = new FakeCard({ id: 'cup' });
    hand('drop', card);
    await come('a.jpg');
    // A video, which is played elsewhere.
    hand('drop', card);
    hand('paste');
    await come('b.png');
    hand('drop', card);
    hand('drop');
    await come('c.jpg');
    expect(taught).toEqual([['cup', ['a.jpg']], ['mug', ['b.png']], ['mug', ['c.jpg']]]);
  });
});
