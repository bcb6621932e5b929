/** Numbers in [0, 1). */
export type Random = () => number;

const below = (random: Random, end: number): number => Math.floor(random() * end);
const pick = <T>(random: Random, values: readonly T[]): T => values[below(random, values.length)];

const EDGE_BYTES = [0, 1, 0x7f, 0x80, 0xfe, 0xff];
/** Numbers that counts and lengths are set to; those of the file's size come besides. */
const EDGES = [0n, 1n, 0x7fn, 0xffn, 0x7fffn, 0xffffn, 0xffffffn, 0x7fffffffn, 0x80000000n, 0xffffffffn, 2n ** 53n - 1n, 2n ** 63n - 1n, 2n ** 64n - 1n];
/** Variable-length numbers of protocol buffers, and of Matroska. */
const VARINTS = [[0xff, 0xff, 0xff, 0xff, 0x0f], [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1], [0x80, 0x80, 0x80, 0x80, 0x08], [0x80, 0x00], [0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], [0x08, 0xff, 0xff, 0xff, 0xff]];

function putNumber(bytes: Uint8Array, at: number, width: number, value: bigint, little: boolean): void {
  for (let i = 0; i < width && at + i < bytes.length; i++) bytes[at + i] = Number((value >> BigInt(8 * (little ? i : width - 1 - i))) & 0xffn);
}

function splice(bytes: Uint8Array, at: number, removed: number, put: Uint8Array): Uint8Array {
  const out = new Uint8Array(bytes.length - removed + put.length);
  out.set(bytes.subarray(0, at));
  out.set(put, at);
  out.set(bytes.subarray(at + removed), at + put.length);
  return out;
}

/** One change of some bytes. @param place where, from the file's start */
function change(bytes: Uint8Array, other: Uint8Array, at: number, random: Random): Uint8Array {
  const part = (from: Uint8Array): Uint8Array => {
    const start = below(random, from.length);
    return from.slice(start, start + 1 + below(random, Math.min(64, from.length - start)));
  };
  switch (below(random, 12)) {
    case 0: case 1: {
      bytes[at] ^= 1 << below(random, 8);
      return bytes;
    }
    case 2: {
      bytes[at] = pick(random, EDGE_BYTES);
      return bytes;
    }
    case 3: case 4: case 5: {
      const size = BigInt(bytes.length);
      const value = pick(random, [...EDGES, size, size - 1n, size + 1n, size * 2n, BigInt(at)]);
      putNumber(bytes, at, pick(random, [1, 2, 3, 4, 8]), value, random() < 0.5);
      return bytes;
    }
    case 6: {
      bytes.set(pick(random, VARINTS).slice(0, bytes.length - at), at);
      return bytes;
    }
    case 7: return splice(bytes, at, Math.min(1 + below(random, 40), bytes.length - at), new Uint8Array(0));
    case 8: return splice(bytes, at, 0, part(bytes));
    case 9: return splice(bytes, at, random() < 0.5 ? Math.min(1 + below(random, 40), bytes.length - at) : 0, part(other));
    case 10: {
      bytes.fill(pick(random, EDGE_BYTES), at, at + 1 + below(random, 32));
      return bytes;
    }
    default: return random() < 0.7 ? bytes.slice(0, at) : splice(bytes, bytes.length, 0, part(other));
  }
}

/**
 * A file with one to four changes: bits flipped, bytes and counts set to edges, pieces taken out, doubled, put in from another file, cut off.
 * @param places where counts and lengths stand, which half of the changes are made at; all of the file where there are none
 */
export function mutated(seed: Uint8Array, other: Uint8Array, places: readonly number[], random: Random): Uint8Array<ArrayBuffer> {
  let bytes: Uint8Array = seed.slice();
  if (random() < 0.004 && bytes.length > 0) {
    // What is small in the file may be large in memory: a few bytes a great many times.
    const at = below(random, bytes.length);
    const piece = bytes.slice(at, at + pick(random, [1, 2, 3, 8, 60]));
    const many = new Uint8Array(piece.length * Math.min(pick(random, [1000, 100_000, 1_000_000]), Math.floor(3e6 / piece.length)));
    for (let i = 0; i < many.length; i += piece.length) many.set(piece, i);
    bytes = splice(bytes, at, 0, many);
  }
  for (let left = 1 + below(random, 4); left > 0 && bytes.length > 0; left--) {
    const at = places.length > 0 && random() < 0.5 ? pick(random, places) + below(random, 24) : below(random, bytes.length);
    bytes = change(bytes, other, Math.min(at, bytes.length - 1), random);
  }
  return bytes as Uint8Array<ArrayBuffer>;
}

/** Where any of these marks stands in a file. */
export function placesOf(bytes: Uint8Array, marks: readonly Uint8Array[]): number[] {
  return marks.flatMap((mark) => {
    const found: number[] = [];
    for (let at = bytes.indexOf(mark[0]); at >= 0; at = bytes.indexOf(mark[0], at + 1)) {
      if (mark.every((byte, i) => bytes[at + i] === byte)) found.push(at);
    }
    return found;
  });
}

/** JSON that `JSON.stringify` does not write, by what stands for it meanwhile. */
const RAW: Readonly<Record<string, () => string>> = {
  '\u0001infinite': () => '1e999',
  '\u0001nested': () => `${'['.repeat(5000)}${']'.repeat(5000)}`,
  '\u0001nested-objects': () => `${'{"a":'.repeat(2000)}1${'}'.repeat(2000)}`,
};
const NODES: readonly unknown[] = [
  null, true, false, 0, -1, 0.5, 1e308, -1e308, 2 ** 31, 2 ** 32, 2 ** 53 - 1, 2 ** 53, 2 ** 63, '', ' ', '0', '__proto__', 'constructor', '../x', '/etc/passwd', 'C:\\x', '\u0000',
  'NaN', '\ud800', '=1+1', '<img src=x onerror=alert(1)>', [], {}, [null], [[]], { length: 2 ** 32 }, { 0: 'a' }, ...Object.keys(RAW),
];

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** A copy that shares bytes, which are never changed. */
function copied(value: unknown): Json {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value as Json;
  return Array.isArray(value) ? value.map(copied) : Object.fromEntries(Object.entries(value).map(([key, child]) => [key, copied(child)]));
}

function parents(value: Json, found: (Json[] | Record<string, Json>)[] = []): (Json[] | Record<string, Json>)[] {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return found;
  found.push(value);
  for (const child of Array.isArray(value) ? value : Object.values(value)) parents(child, found);
  return found;
}

/** A value with one to three of its nodes taken out, doubled, exchanged, or put in place of by odd ones. What is no JSON (bytes) stays the same object. */
export function mutatedValue(seed: unknown, random: Random): unknown {
  const root = { '': copied(seed) };
  for (let left = 1 + below(random, 3); left > 0; left--) {
    const parent = pick(random, parents(root));
    const keys = Object.keys(parent);
    if (keys.length === 0) continue;
    const key = pick(random, keys);
    const node = parent as Record<string, Json>;
    switch (below(random, 8)) {
      case 0: {
        if (Array.isArray(parent)) parent.splice(Number(key), 1);
        else if (parent !== (root as unknown)) delete node[key];
        break;
      }
      case 1: {
        if (Array.isArray(parent)) parent.push(...Array.from({ length: pick(random, [1, 2, 100]) }, () => copied(parent[Number(key)])));
        else Object.defineProperty(node, pick(random, ['__proto__', 'constructor', 'toString', 'x', ...keys]), { value: copied(node[key]), enumerable: true, configurable: true, writable: true });
        break;
      }
      case 2: {
        const other = pick(random, keys);
        [node[key], node[other]] = [node[other], node[key]];
        break;
      }
      case 3: {
        node[key] = typeof node[key] === 'string' && node[key].length < 1000 ? node[key].repeat(pick(random, [0, 2, 50, 2000])) : copied(pick(random, NODES));
        break;
      }
      default: node[key] = copied(pick(random, NODES));
    }
  }
  return root[''];
}

/** A JSON text with some of its nodes changed, and now and then some of its letters. */
export function mutatedJson(text: string, random: Random): string {
  const written = (JSON.stringify(mutatedValue(JSON.parse(text), random)) ?? '').replace(/"\\u0001([a-z-]+)"/g, (_, name: string) => RAW[`\u0001${name}`]());
  if (random() < 0.85) return written;
  const bytes = mutated(new TextEncoder().encode(written), new TextEncoder().encode(text), [], random);
  return new TextDecoder().decode(bytes);
}
