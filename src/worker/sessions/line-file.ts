import { toJsonLines } from '../../domain/sessions/json-lines';
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

  flush(): void {
    this.file.flush();
  }

  close(): void {
    this.file.close();
  }
}
