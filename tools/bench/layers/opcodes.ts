import { readFileSync } from 'node:fs';
import { BinaryReader, OperatorCodeNames, type IOperatorInformation } from 'wasmparser';

/** Of wasmparser's BinaryReaderState, a const enum, which modules cannot import one by one. */
const STATE = { endOfFile: 2, operator: 30 } as const;

/** How often each instruction stands in a WebAssembly file's code section, by name. */
export function countOpcodes(path: string): Map<string, number> {
  const file = readFileSync(path);
  const reader = new BinaryReader();
  reader.setData(file.buffer.slice(file.byteOffset, file.byteOffset + file.length), 0, file.length);
  const counts = new Map<string, number>();
  let ended = false;
  // In its error state the reader would say "go on" for ever.
  while (!reader.error && reader.read()) {
    const state: number = reader.state;
    ended ||= state === STATE.endOfFile;
    if (state !== STATE.operator) continue;
    const { code } = reader.result as IOperatorInformation;
    // The library's table of names has a hole where it knows no name, and its own index signature does not say so.
    const name = (OperatorCodeNames[code] as string | undefined) ?? `opcode ${code}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  if (reader.error || !ended) throw new Error(`${path} could not be decoded to its end: ${String(reader.error)}`);
  return counts;
}

/** Relaxed SIMD's instructions, by the names of the proposal. */
export const isRelaxed = (name: string): boolean => name.includes('.relaxed_');
/** Instructions on vectors. */
export const isVector = (name: string): boolean => /^(v128|[fi]\d+x\d+|v\d+x\d+)\./.test(name);
