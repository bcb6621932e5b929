import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FIGURES, fillFigures, pages, recorded, tablesOf, type Tables } from '../../../tools/bench/figures';
import { ROOT } from '../../support/shared';

const texts = new Map(pages().map((page) => [page, readFileSync(join(ROOT, page), 'utf8')]));
const MARKER = /<!-- figure ([\w-]+) -->[\s\S]*?<!-- end -->/g;

/** The tables as they are recorded, but for one text within one page's. */
const changed =
  (page: string, from: string, to: string): Tables =>
  (asked, part) => {
    const text = texts.get(asked) ?? '';
    if (asked !== page) return tablesOf(text, part);
    expect(text).toContain(from);
    return tablesOf(text.replace(from, to), part);
  };

describe.each([...texts])('figures of %s', (_, text) => {
  it('are what the recorded tables give: npm run bench -- figures', () => {
    expect(fillFigures(text, recorded)).toBe(text);
  });

  // There a comment would begin a block of HTML and end the paragraph.
  it('begin no line', () => {
    expect(text).not.toMatch(/^\s*<!-- figure/m);
  });

  it('are not typed: who says how many times as quick something is takes it from a table', () => {
    const prose = text.replace(/^<!-- (\w+) -->$[\s\S]*?^<!-- end \1 -->$/gm, '').replace(MARKER, 'a figure');
    expect(prose).not.toMatch(/\d(?:\.\d+)?x?\s+times\s+(?:as\s|quicker|slower|the\s)/);
  });
});

describe('a figure', () => {
  it.each(Object.keys(FIGURES))('%s stands on some page', (name) => {
    const named = [...texts.values()].flatMap((text) => [...text.matchAll(MARKER)].map(([, found]) => found));
    expect(named).toContain(name);
  });

  it('of the README follows a change of its table', () => {
    const readme = texts.get('README.md') ?? '';
    const whole = /\| own kernels int8, relaxed SIMD \|[^\n]*/.exec(texts.get('docs/performance.md') ?? '')?.[0] ?? '';
    const cells = whole.split(' | ');
    const quicker = [...cells.slice(0, 4), '9.87', ...cells.slice(5)].join(' | ');
    const filled = fillFigures(readme, changed('docs/performance.md', whole, quicker));
    expect(filled).not.toBe(readme);
    expect(filled).toMatch(/<!-- figure integers -->\d\.\d to 9\.9<!-- end -->/);
  });

  it('that there is not, and one whose row is gone, are said', () => {
    expect(() => fillFigures('<!-- figure none -->1<!-- end -->', recorded)).toThrow('"none"');
    const gone = changed('docs/performance.md', '| own kernels int8, relaxed SIMD |', '| other kernels |');
    expect(() => fillFigures(texts.get('README.md') ?? '', gone)).toThrow('own kernels int8');
  });
});

describe('tables of a part', () => {
  it('are read by the words of their heads', () => {
    const text =
      'x\n<!-- a -->\nwords\n\n| n | ms | ms |\n| --- | --- | --- |\n| one | 1.5 | 2 |\n\n| m |\n| --- |\n| 3 |\n<!-- end a -->\n';
    expect(tablesOf(text, 'a')).toEqual([[{ n: 'one', ms: '1.5', 'ms 2': '2' }], [{ m: '3' }]]);
    expect(() => tablesOf(text, 'b')).toThrow('"b"');
  });
});
