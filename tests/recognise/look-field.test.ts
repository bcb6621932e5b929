import { describe, expect, it } from 'vitest';
import { HEAT_TABLE, paintHeat } from '../../src/recognise/page/look/heat-colours';
import { LookField } from '../../src/recognise/shared/look-field';
import type { LookMap } from '../../src/recognise/shared/recogniser';

const FRAME = { width: 640, height: 480 };

/** A map with one hot place. */
function look(square: LookMap['square'], hot: number, rest = 0): LookMap {
  const values = new Float32Array(49).fill(rest);
  values[hot] = 8;
  return { map: { width: 7, height: 7, values }, index: 0, square };
}
/** The value at a place of the frame. */
const at = (field: LookField, x: number, y: number): number =>
  field.values[Math.floor((y / FRAME.height) * field.height) * field.width + Math.floor((x / FRAME.width) * field.width)];

describe('LookField', () => {
  const square = { x: 80, y: 0, width: 480, height: 480 };

  it('lays a map over its square of the frame, smooth between its places', () => {
    const field = new LookField(FRAME);
    expect([field.width, field.height]).toEqual([64, 48]);
    field.add(look(square, 3 * 7 + 3));
    expect(field.step(Infinity)).toBe(false);
    expect(at(field, 320, 240)).toBeGreaterThan(0.85);
    // Half way to the next place half of it, there nothing; nothing outside of the square.
    const place = 480 / 7;
    expect(at(field, 320 + place / 2, 240)).toBeGreaterThan(0.35);
    expect(at(field, 320 + place / 2, 240)).toBeLessThan(0.65);
    expect(at(field, 320 + 1.2 * place, 240)).toBe(0);
    expect(at(field, 20, 240)).toBe(0);
  });

  it('has nothing where all speaks against the class, and counts what speaks against it as nothing', () => {
    const field = new LookField(FRAME);
    field.add({ ...look(square, 0), map: { width: 7, height: 7, values: new Float32Array(49).fill(-2) } });
    field.step(Infinity);
    expect(Math.max(...field.values)).toBe(0);
    field.add(look(square, 0, -20));
    field.step(Infinity);
    expect(Math.min(...field.values)).toBe(0);
    expect(Math.max(...field.values)).toBeCloseTo(1);
  });

  it('forgets half of what is beside the newest square, or all of it where each answer stands for itself', () => {
    const [left, right] = [0, 320].map((x) => ({ x, y: 0, width: 320, height: 320 }));
    for (const [kept, least, most] of [[undefined, 0.35, 0.5], [0, 0, 0]] as const) {
      const field = new LookField(FRAME);
      field.add(look(left, 24));
      field.add(look(right, 24), kept);
      field.step(Infinity);
      expect(at(field, 160, 160)).toBeGreaterThanOrEqual(least);
      expect(at(field, 160, 160)).toBeLessThanOrEqual(most);
      expect(at(field, 480, 160)).toBeGreaterThan(0.7);
    }
  });

  it('goes from one answer to the next little by little, and comes to rest', () => {
    const field = new LookField(FRAME);
    field.add(look(square, 0));
    field.step(Infinity);
    field.add(look(square, 48));
    const before = at(field, 81, 1);
    expect(field.step(16)).toBe(true);
    expect(at(field, 81, 1)).toBeLessThan(before);
    expect(at(field, 81, 1)).toBeGreaterThan(before * 0.8);
    let steps = 1;
    while (field.step(16)) expect(steps++).toBeLessThan(200);
    expect(at(field, 81, 1)).toBeLessThan(0.01);
    expect(at(field, 559, 479)).toBeGreaterThan(0.98);
  });

  it('keeps for a while what a closer look does not see', () => {
    const field = new LookField(FRAME);
    field.add(look(square, 0));
    const close = { x: 320, y: 240, width: 240, height: 240 };
    field.add(look(close, 24));
    field.step(Infinity);
    expect(at(field, 81, 1)).toBeCloseTo(0.5, 1);
    expect(at(field, 440, 360)).toBeGreaterThan(0.7);
    for (let i = 0; i < 8; i++) field.add(look(close, 24));
    field.step(Infinity);
    expect(at(field, 81, 1)).toBeLessThan(0.01);
  });
});

describe('the heat colours', () => {
  it('grow lighter from nothing to the hottest, so that they are read without colour', () => {
    const light = Array.from({ length: 256 }, (_, i) => 0.2126 * HEAT_TABLE[i * 4] + 0.7152 * HEAT_TABLE[i * 4 + 1] + 0.0722 * HEAT_TABLE[i * 4 + 2]);
    for (let i = 16; i < 256; i++) expect(light[i]).toBeGreaterThan(light[i - 16]);
    expect(HEAT_TABLE[3]).toBe(0);
    // The image under it stays visible.
    expect(HEAT_TABLE[255 * 4 + 3]).toBeLessThan(0.8 * 255);
  });

  it('paint values, those out of range as the nearest', () => {
    const pixels = new Uint8ClampedArray(12);
    paintHeat(new Float32Array([-1, 1, 3]), pixels);
    expect([...pixels.subarray(0, 4)]).toEqual([...HEAT_TABLE.subarray(0, 4)]);
    expect([...pixels.subarray(4, 8)]).toEqual([...HEAT_TABLE.subarray(255 * 4)]);
    expect([...pixels.subarray(8)]).toEqual([...pixels.subarray(4, 8)]);
  });
});
