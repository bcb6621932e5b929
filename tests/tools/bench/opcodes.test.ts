import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { countOpcodes, isRelaxed, isVector } from '../../../tools/bench/layers/opcodes';
import { ROOT } from '../../support/shared';

const built = (name: string): string => join(ROOT, 'src/engine/simd', name);
const scratch = mkdtempSync(join(tmpdir(), 'sightglass-opcodes-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const total = (counts: ReadonlyMap<string, number>, which: (name: string) => boolean): number =>
  [...counts].reduce((sum, [name, times]) => sum + (which(name) ? times : 0), 0);

/** A module with one function of no arguments and one result, its body given. */
function moduleOf(...body: number[]): Uint8Array {
  const code = [0, ...body, 0x0b];
  return Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 5, 1, 0x60, 0, 1, 0x7b, 3, 2, 1, 0, 10, code.length + 2, 1, code.length, ...code);
}

describe('instructions of a WebAssembly file', () => {
  it('counts a small module by hand, and does not take a constant for an instruction', () => {
    // v128.const whose bytes are those of f32x4.relaxed_madd, three times, and one real madd.
    const constant = [0xfd, 0x0c, ...Array.from({ length: 8 }, () => [0xfd, 0x85]).flat()];
    const path = join(scratch, 'madd.wasm');
    writeFileSync(path, moduleOf(...constant, ...constant, ...constant, 0xfd, 0x85, 0x02));
    expect(Object.fromEntries(countOpcodes(path))).toEqual({ 'v128.const': 3, 'f32x4.relaxed_madd': 1, end: 1 });
  });

  it('finds relaxed SIMD in the builds that are to have it, and nowhere else', () => {
    for (const name of ['kernels-relaxed.wasm', 'kernels-relaxed-threads.wasm']) {
      expect(countOpcodes(built(name)).get('f32x4.relaxed_madd'), name).toBeGreaterThan(300);
    }
    for (const name of ['kernels.wasm', 'kernels-threads.wasm']) {
      const counts = countOpcodes(built(name));
      expect(total(counts, isRelaxed), name).toBe(0);
      expect(total(counts, isVector), name).toBeGreaterThan(1000);
    }
  });

  it('refuses a file that ends too soon', () => {
    const path = join(scratch, 'short.wasm');
    writeFileSync(path, readFileSync(built('kernels.wasm')).subarray(0, 20_000));
    expect(() => countOpcodes(path)).toThrow(/could not be decoded/);
  });
});
