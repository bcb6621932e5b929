/** Kernels by number; must agree with `enum Kind` in src/engine/kernels/operator.h. */
export const Kind = {
  padInput: 0,
  conv1Pool: 1,
  conv1Seams: 2,
  winograd4: 3,
  winograd4In: 4,
  winograd4Out: 5,
  winograd2In: 6,
  winograd2Out: 7,
  products: 8,
  pack: 9,
  direct: 10,
  averagePool: 11,
  classify: 12,
  integers: 13,
  integersToFloats: 14,
  conv1Integers: 15,
} as const;

/** Fields of `Phase` in src/engine/kernels/operator.h behind its two counters, in order, as 32-bit numbers; pointers in bytes. */
const FIELDS = [
  'kind', 'items', 'nobarrier', 'in', 'out', 'residual', 'weights', 'bias', 'columns', 'sums', 'columnsStep', 'sumsStep', 'local',
  'localSize', 'ic', 'oc', 'relu', 'inRow', 'inPlane', 'outRow', 'outPlane', 'width', 'height', 'tilesX', 'tiles', 'chunk', 'group',
  'taps', 'stride', 'scales', 'factor', 'top',
] as const;

/** One phase; a field that is left out is 0. */
export type Phase = Partial<Record<(typeof FIELDS)[number], number>>;

/** A float32 as the 32-bit number that a field holds. */
export function floatBits(value: number): number {
  return new Int32Array(Float32Array.of(value).buffer)[0];
}

/** `sizeof(Phase)`, bytes. */
export const PHASE_BYTES = 192;
/** The counters and their padding, in 32-bit numbers: a cache line that no fixed field shares. */
const FIRST_FIELD = 16;

/** Writes phases as the kernels read them, counters at 0. */
export function writePhases(memory: Int32Array, address: number, phases: readonly Phase[]): void {
  for (const [i, phase] of phases.entries()) {
    const at = (address + i * PHASE_BYTES) / 4;
    memory.fill(0, at, at + PHASE_BYTES / 4);
    for (const [j, field] of FIELDS.entries()) memory[at + FIRST_FIELD + j] = phase[field] ?? 0;
  }
}
