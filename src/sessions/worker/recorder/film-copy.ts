import type { FilmCopyStatus } from '../../shared/recorder';
import type { GrowingFile } from '../store/device-file';

/** How often the chosen file is made whole, milliseconds, at least: what a crash may cost of it. */
const EVERY_MS = 5000;
/** To make it whole copies it in some browsers: no more than this share of the time goes into that. */
const SHARE = 0.05;
/** What is read and written at a time, bytes. */
const PIECE = 1 << 22;

/** A film that is written, and a file of the person's choice that it goes into as well. */
export class CopiedFilm implements GrowingFile {
  #copy: FilmCopy | undefined;
  /** Those whose file is still being opened, which takes as long as the browser likes: what is written meanwhile is for them as well. */
  readonly #begun = new Set<FilmCopy>();

  constructor(private readonly film: GrowingFile) {}

  get size(): number {
    return this.film.size;
  }

  get copy(): FilmCopyStatus | undefined {
    return this.#copy?.status;
  }

  /** @throws DOMException where the file cannot be written */
  async copyTo(file: FileSystemFileHandle): Promise<void> {
    const copy = new FilmCopy(file, this.film);
    this.#begun.add(copy);
    try {
      await copy.begin();
      this.#copy = copy;
    } finally {
      this.#begun.delete(copy);
    }
  }

  read(at: number, length: number): Uint8Array<ArrayBuffer> {
    return this.film.read(at, length);
  }

  write(bytes: Uint8Array, at: number): void {
    this.film.write(bytes, at);
    for (const copy of this.#begun) copy.changed(at, at + bytes.length);
    this.#copy?.changed(at, at + bytes.length);
  }

  truncate(size: number): void {
    this.film.truncate(size);
  }

  release(): void {
    this.film.release();
  }

  flush(): void {
    this.film.flush();
    this.#copy?.tick();
  }

  /** Brings the chosen file to the film's end. Before `close`; never throws. */
  async finishCopy(): Promise<void> {
    await this.#copy?.finish();
  }

  close(): void {
    this.film.close();
  }
}

class FilmCopy {
  /** Places that the chosen file has not yet, in order; they do not touch. */
  #changed: { readonly from: number; readonly to: number }[];
  #running: Promise<void> | undefined;
  #failed: string | undefined;
  #nextAt = 0;

  constructor(
    private readonly file: FileSystemFileHandle,
    private readonly film: GrowingFile,
  ) {
    this.#changed = film.size > 0 ? [{ from: 0, to: film.size }] : [];
  }

  get status(): FilmCopyStatus {
    return { name: this.file.name, failed: this.#failed };
  }

  async begin(): Promise<void> {
    await this.#write(false);
  }

  changed(from: number, to: number): void {
    const apart = this.#changed.filter((range) => range.to < from || range.from > to);
    const touched = this.#changed.filter((range) => range.to >= from && range.from <= to);
    const joined = { from: Math.min(from, ...touched.map((range) => range.from)), to: Math.max(to, ...touched.map((range) => range.to)) };
    this.#changed = [...apart, joined].sort((a, b) => a.from - b.from);
  }

  tick(): void {
    if (this.#running || this.#failed !== undefined || performance.now() < this.#nextAt) return;
    this.#running = this.#guarded(() => this.#write(true)).finally(() => (this.#running = undefined));
  }

  async finish(): Promise<void> {
    await this.#running;
    if (this.#failed === undefined) await this.#guarded(() => this.#write(true));
  }

  async #guarded(job: () => Promise<void>): Promise<void> {
    try {
      await job();
    } catch (error) {
      this.#failed = String(error);
    }
  }

  /** Nothing of a file is the person's until it is closed: so it is closed, and opened anew the next time. */
  async #write(keepExistingData: boolean): Promise<void> {
    const began = performance.now();
    const writable = await this.file.createWritable({ keepExistingData });
    try {
      const ranges = this.#changed;
      this.#changed = [];
      const { size } = this.film;
      for (const { from, to } of ranges) {
        for (let at = from; at < Math.min(to, size); at += PIECE) {
          const data = this.film.read(at, Math.min(PIECE, to - at));
          await writable.write({ type: 'write', position: at, data });
        }
      }
      await writable.truncate(size);
      await writable.close();
    } catch (error) {
      await writable.abort().catch(() => undefined);
      throw error;
    }
    const end = performance.now();
    this.#nextAt = end + Math.max(EVERY_MS, (end - began) / SHARE);
  }
}
