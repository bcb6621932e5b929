/** Kernels by number; must agree with `enum Kind` in src/kernels/phase.h. */
export const Kind = {
  padInput: 0,
  conv1Pool: 1,
  winograd4In: 2,
  winograd4Out: 3,
  winograd2In: 4,
  winograd2Out: 5,
  direct: 6,
  averagePool: 7,
  classify: 8,
} as const;

/** Fields of `Phase` in src/kernels/phase.h behind its two counters, in order, as 32-bit numbers; pointers in bytes. */
const FIELDS = [
  'kind', 'items', 'nobarrier', 'in', 'out', 'residual', 'weights', 'bias', 'scratch', 'local', 'localSize', 'ic', 'oc', 'relu',
  'inRow', 'inPlane', 'outRow', 'outPlane', 'width', 'height', 'tilesX', 'tiles', 'chunk', 'group', 'kernel',
] as const;

/** One phase; a field that is left out is 0. */
export type Phase = Partial<Record<(typeof FIELDS)[number], number>>;

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
