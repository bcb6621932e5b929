import { describe, expect, it } from 'vitest';
import { readSafetensors, SafetensorsError, toFloat32 } from '../../src/engine/safetensors';
import { writeSafetensors } from '../support/weights';

const bytesOf = (...values: number[]): Uint8Array => new Uint8Array(Float32Array.from(values).buffer);

describe('readSafetensors', () => {
  const file = writeSafetensors({ a: { dtype: 'F32', shape: [2, 2], bytes: bytesOf(1, -2, 3.5, 4) }, b: { dtype: 'F32', shape: [], bytes: bytesOf(7) } });

  it('reads tensors with name, shape and values', () => {
    const tensors = readSafetensors(file);
    const a = tensors.get('a');
    expect(a?.shape).toEqual([2, 2]);
    expect(a && Array.from(toFloat32('a', a))).toEqual([1, -2, 3.5, 4]);
    const b = tensors.get('b');
    expect(b && Array.from(toFloat32('b', b))).toEqual([7]);
  });

  it('reads half, brain and double floats', () => {
    const tensors = readSafetensors(
      writeSafetensors({
        half: { dtype: 'F16', shape: [4], bytes: new Uint8Array(Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x3555).buffer) },
        brain: { dtype: 'BF16', shape: [2], bytes: new Uint8Array(Uint16Array.of(0x3f80, 0xc040).buffer) },
        double: { dtype: 'F64', shape: [1], bytes: new Uint8Array(Float64Array.of(0.1).buffer) },
      }),
    );
    const values = (name: string): number[] => {
      const tensor = tensors.get(name);
      if (!tensor) throw new Error(name);
      return Array.from(toFloat32(name, tensor));
    };
    expect(values('half')).toEqual([1, -2, 2 ** -24, Math.fround(0.333251953125)]);
    expect(values('brain')).toEqual([1, -3]);
    expect(values('double')).toEqual([Math.fround(0.1)]);
  });

  it.each([
    ['an empty file', new Uint8Array(0), /only 0 bytes/],
    ['another format', new TextEncoder().encode('PK\x03\x04 this is a zip file of some kind'), /does not begin/],
    ['a cut header', file.subarray(0, 40), /cut off/],
    ['a cut tensor', file.subarray(0, file.length - 3), /cut off/],
    ['bytes too many', Uint8Array.from([...file, 0, 0]), /belong to no tensor/],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => readSafetensors(bytes)).toThrow(SafetensorsError);
    expect(() => readSafetensors(bytes)).toThrow(message);
  });

  it('refuses holes and bytes that two tensors share', () => {
    const header = (a: [number, number], b: [number, number]): Uint8Array => {
      const json = new TextEncoder().encode(JSON.stringify({ a: { dtype: 'U8', shape: [a[1] - a[0]], data_offsets: a }, b: { dtype: 'U8', shape: [b[1] - b[0]], data_offsets: b } }));
      const bytes = new Uint8Array(8 + json.length + 8);
      new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
      bytes.set(json, 8);
      return bytes;
    };
    expect(readSafetensors(header([4, 8], [0, 4])).size).toBe(2);
    expect(() => readSafetensors(header([0, 5], [4, 8]))).toThrow('b shares 1 bytes with another tensor');
    expect(() => readSafetensors(header([0, 8], [0, 8]))).toThrow('shares 8 bytes');
    expect(() => readSafetensors(header([0, 3], [4, 8]))).toThrow('1 bytes before b that belong to no tensor');
    expect(() => readSafetensors(header([1, 4], [4, 8]))).toThrow('1 bytes before a');
  });

  it('refuses a shape that does not fit its bytes', () => {
    expect(() => readSafetensors(writeSafetensors({ a: { dtype: 'F32', shape: [3], bytes: bytesOf(1, 2) } }))).toThrow(/wants 12/);
  });

  it('refuses whole numbers as weights', () => {
    const tensor = readSafetensors(writeSafetensors({ a: { dtype: 'I64', shape: [1], bytes: new Uint8Array(8) } })).get('a');
    expect(() => tensor && toFloat32('a', tensor)).toThrow(/I64/);
  });
});
