import { describe, expect, it } from 'vitest';
import { fromBase64, toBase64 } from '../../src/teach/shared/base64';
import { MOST_CLASSES, readClassesFile, ClassesFileError, writeClassesFile, type ClassesFile } from '../../src/teach/shared/classes-file';

const FILE: ClassesFile = {
  model: { id: 'resnet18', name: 'ResNet-18', precision: 'fp32', sha256: 'ab'.repeat(32), width: 3 },
  things: [
    {
      name: 'Mug "blue"', other: false,
      examples: [
        { id: 'e1', group: 'g', addedAt: 5, source: 'camera', features: Float32Array.from([0.5, 1e-20, 3.25]) },
        { id: 'e2', group: 'g', addedAt: 6, source: 'session', square: { x: 0.25, y: 1, side: 0.125 }, features: Float32Array.from([1, 0, 0]), picture: Uint8Array.from([0xff, 0xd8, 0xff, 0]) },
      ],
    },
    { name: 'Anything else', other: true, examples: [] },
  ],
};

describe('base64', () => {
  it.each([0, 1, 2, 3, 4, 255])('is what Node writes and reads, %i bytes', (length) => {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 37) & 255);
    expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'));
    expect(fromBase64(toBase64(bytes))).toEqual(bytes);
  });
  it('refuses other text', () => {
    expect(() => fromBase64('abc')).toThrow(RangeError);
    expect(() => fromBase64('ab$d')).toThrow(/"\$" at 2/);
    expect(() => fromBase64('a=bc')).toThrow(RangeError);
  });
});

describe('file of taught things', () => {
  it('comes back as it was written', () => {
    expect(readClassesFile(writeClassesFile(FILE))).toEqual(FILE);
  });

  it('comes back with as many things as can be taught, and no more', () => {
    const many = (count: number): string =>
      writeClassesFile({ ...FILE, things: Array.from({ length: count }, (_, i) => ({ name: `thing ${i}`, other: false, examples: [] })) });
    for (const count of [101, MOST_CLASSES]) expect(readClassesFile(many(count)).things).toHaveLength(count);
    expect(() => readClassesFile(many(MOST_CLASSES + 1))).toThrow(/has 1001 entries/);
  });

  it('has one thing of a name in two Unicode forms, with the examples of both', () => {
    const [{ examples }] = FILE.things;
    const things = ['Caf\u00e9', 'cafe\u0301'].map((name, i) => ({ name, other: false, examples: [{ ...examples[0], id: `of ${i}` }] }));
    const read = readClassesFile(writeClassesFile({ ...FILE, things }));
    expect(read.things.map(({ name, examples: own }) => [name, own.map(({ id }) => id)])).toEqual([['caf\u00e9', ['of 0', 'of 1']]]);
  });

  const changed = (change: (value: Record<string, never>) => void): string => {
    const value = JSON.parse(writeClassesFile(FILE)) as Record<string, never>;
    change(value);
    return JSON.stringify(value);
  };
  type Loose = { [key: string]: Loose } & Loose[] & string;
  const loose = (edit: (value: Loose) => void): string => changed((v) => edit(v as unknown as Loose));

  it.each([
    ['a cut-off file', writeClassesFile(FILE).slice(0, -40), /no JSON, or it is cut off/],
    ['a picture', '\xff\xd8\xff', /no JSON/],
    ['other JSON', '{"name":"package"}', /not of things taught/],
    ['a list', '[]', /is no object/],
    ['a newer version', changed((v) => Object.assign(v, { version: 2 })), /version 2; this app reads version 1/],
    ['no things', changed((v) => Object.assign(v, { things: [] })), /holds no things/],
    ['things that are no list', changed((v) => Object.assign(v, { things: 'many' })), /file\.things is no list/],
    ['an impossible width', loose((v) => Object.assign(v['model'], { width: -3 })), /model\.width/],
    ['features cut off', loose((v) => Object.assign(v['things'][0]['examples'][1], { features: 'AACAPwAA' })), /things\[0\]\.examples\[1\]\.features has 1\.5 numbers/],
    ['features that are no base64', loose((v) => Object.assign(v['things'][0]['examples'][0], { features: 'AAA*' })), /things\[0\]\.examples\[0\]\.features is damaged/],
    ['features that are no numbers', loose((v) => Object.assign(v['things'][0]['examples'][0], { features: toBase64(new Uint8Array(12).fill(255)) })), /no features/],
    ['a picture that is none', loose((v) => Object.assign(v['things'][0]['examples'][1], { picture: toBase64(new Uint8Array(4)) })), /picture is no JPEG/],
    ['an unknown source', loose((v) => Object.assign(v['things'][0]['examples'][1], { source: 'web' })), /source is "web"/],
    ['a square that is none', loose((v) => Object.assign(v['things'][0]['examples'][1], { square: [0.5, 0.5, 1] })), /examples\[1\]\.square is no object/],
    ['a square beside the frame', loose((v) => Object.assign(v['things'][0]['examples'][1]['square'], { x: -0.1 })), /square\.x is no number from 0 to 1/],
    ['a square without a middle', loose((v) => Object.assign(v['things'][0]['examples'][1]['square'], { y: null })), /square\.y is no number from 0 to 1/],
    ['a square larger than the frame', loose((v) => Object.assign(v['things'][0]['examples'][1]['square'], { side: 2 })), /square\.side is no number from 0 to 1/],
    ['a square of nothing', loose((v) => Object.assign(v['things'][0]['examples'][1]['square'], { side: 0 })), /square\.side is 0/],
    ['a name that nobody sees', loose((v) => Object.assign(v['things'][0], { name: '\u200b\u2060\u3164' })), /things\[0\]\.name is empty/],
    ['an empty name', loose((v) => Object.assign(v['things'][0], { name: '  ' })), /things\[0\]\.name is empty/],
    ['a name twice', loose((v) => Object.assign(v['things'][1], { name: 'MUG "blue"' })), /things\[1\]\.name is a second/],
    ['a name without end', loose((v) => Object.assign(v['things'][1], { name: 'x'.repeat(61) })), /longer than 60/],
    ['examples without end', loose((v) => Object.assign(v['things'][1], { examples: new Array(501).fill(null) })), /has 501 entries/],
  ])('refuses %s in clear words', (_, json, message) => {
    expect(() => readClassesFile(json)).toThrow(ClassesFileError);
    expect(() => readClassesFile(json)).toThrow(message);
  });
});
