import { parseJsonLines, toJsonLines } from '../../shared/json-lines';
import type { GrowingFile } from '../store/device-file';

/** A .jsonl file that is appended to while it is held open. */
export class LineFile {
  readonly #encoder = new TextEncoder();
  #at: number;

  constructor(private readonly file: GrowingFile) {
    this.#at = file.size;
  }

  append(values: readonly unknown[]): void {
    const bytes = this.#encoder.encode(toJsonLines(values));
    try {
      this.file.write(bytes, this.#at);
    } catch (error) {
      // All or nothing: half a line would be read as a torn one.
      this.file.truncate(this.#at);
      throw error;
    }
    this.#at += bytes.length;
  }

  /** Leaves only the values that are to stay; lines that are no values go too. @returns how many stay */
  keep<T>(isValue: (value: unknown) => value is T, stays: (value: T) => boolean): number {
    return this.rewrite(isValue, (value) => (stays(value) ? value : undefined));
  }

  /** All values. */
  read<T>(isValue: (value: unknown) => value is T): T[] {
    return parseJsonLines(new TextDecoder().decode(this.file.read(0, this.#at)), isValue);
  }

  /** Puts others in place of the values; undefined takes one away. @returns how many there are then */
  rewrite<T>(isValue: (value: unknown) => value is T, change: (value: T) => T | undefined): number {
    const values = this.read(isValue);
    const kept = values.map(change).filter((value) => value !== undefined);
    if (kept.length < values.length || kept.some((value, i) => value !== values[i])) {
      const bytes = this.#encoder.encode(toJsonLines(kept));
      this.file.write(bytes, 0);
      this.file.truncate(bytes.length);
      this.#at = bytes.length;
    }
    return kept.length;
  }

  flush(): void {
    this.file.flush();
  }

  close(): void {
    this.file.close();
  }
}
