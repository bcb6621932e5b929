import { FIELDS, FIRST_FIELD, OPERATOR_BYTES } from './operator-fields.ts';

export { Kind, OPERATOR_BYTES } from './operator-fields.ts';

/** One operator; a field that is left out is 0. */
export type Operator = Partial<Record<(typeof FIELDS)[number], number>>;

/** A float32 as the 32-bit number that a field holds. */
export function floatBits(value: number): number {
  return new Int32Array(Float32Array.of(value).buffer)[0];
}

/** Writes operators as the kernels read them, counters at 0. */
export function writeOperators(memory: Int32Array, address: number, operators: readonly Operator[]): void {
  for (const [i, operator] of operators.entries()) {
    const at = (address + i * OPERATOR_BYTES) / 4;
    memory.fill(0, at, at + OPERATOR_BYTES / 4);
    for (const [j, field] of FIELDS.entries()) memory[at + FIRST_FIELD + j] = operator[field] ?? 0;
  }
}
