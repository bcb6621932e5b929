import { parseJsonLines, toJsonLines } from '../../domain/sessions/json-lines';
import type { GrowingFile } from './session-files';

/** A .jsonl file that is appended to while it is held open. */
export class LineFile {
  readonly #encoder = new TextEncoder();
  #at: number;

  constructor(private readonly file: GrowingFile) {
    this.#at = file.size;
  }

  append(values: readonly unknown[]): void {
    const bytes = this.#encoder.encode(toJsonLines(values));
    this.file.write(bytes, this.#at);
    this.#at += bytes.length;
  }

  /** Leaves only the values that are to stay; lines that are no values go too. @returns how many stay */
  keep<T>(isValue: (value: unknown) => value is T, stays: (value: T) => boolean): number {
    const values = parseJsonLines(new TextDecoder().decode(this.file.read(0, this.#at)), isValue);
    const kept = values.filter(stays);
    if (kept.length < values.length) {
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
