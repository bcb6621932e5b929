import { describe, expect, it } from 'vitest';
import { LabelBook } from '../../src/sessions/page/label-book';

function memory(value?: string): Pick<Storage, 'getItem' | 'setItem'> & { value: string | undefined } {
  return {
    value,
    getItem() {
      return this.value ?? null;
    },
    setItem(_, text) {
      this.value = text;
    },
  };
}

describe('LabelBook', () => {
  it('keeps keys and own labels between visits', () => {
    const storage = memory();
    const book = new LabelBook(storage);
    book.use({ index: 281, name: 'tabby' });
    book.use({ name: 'my red mug' });
    book.use({ name: 'my red mug' });
    const again = new LabelBook(storage);
    expect(again.slots.map((s) => s.label)).toEqual([{ index: 281, name: 'tabby' }, { name: 'my red mug' }]);
    expect(again.own).toEqual(['my red mug']);
  });

  it.each(['', 'no json', '{"slots":7,"own":[1,"a"]}', '{"slots":[{"label":{}},{"label":{"name":"x"},"used":1}],"own":["a"]}', 'null', '[]',
    '{"slots":[{"label":{"name":"y","index":"5"},"used":1},{"label":{"name":"y","index":5000},"used":1},{"label":{"name":""},"used":1}],"own":["",null,"a"]}'])('reads what it can of %j', (text) => {
    const book = new LabelBook(memory(text));
    expect(book.own.every((name) => name === 'a')).toBe(true);
    expect(book.slots.every((slot) => slot.label.name === 'x')).toBe(true);
    book.use({ name: 'b' });
    expect(book.own[0]).toBe('b');
  });

  it('keeps prepared labels between visits, and finds them in the search', () => {
    const storage = memory();
    const book = new LabelBook(storage);
    book.use({ name: 'cup' });
    book.prepare([{ name: 'my keys' }, { index: 504, name: 'coffee mug' }, { name: 'cup' }]);
    book.use({ name: 'pen' });
    const again = new LabelBook(storage);
    expect(again.prepared).toEqual([{ name: 'my keys' }, { index: 504, name: 'coffee mug' }, { name: 'cup' }]);
    expect(again.slots.map(({ label }) => label.name)).toEqual(['my keys', 'coffee mug', 'cup', 'pen']);
    expect(again.own).toEqual(['pen', 'my keys', 'cup']);
    again.prepare([]);
    expect(again.prepared).toEqual([]);
  });

  it('lasts for the visit where nothing can be kept', () => {
    const book = new LabelBook({
      getItem: () => null,
      setItem: () => {
        throw new Error('full');
      },
    });
    book.use({ name: 'b' });
    expect(book.own).toEqual(['b']);
  });
});
