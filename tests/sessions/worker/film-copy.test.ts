import { describe, expect, it } from 'vitest';
import type { GrowingFile } from '../../../src/sessions/worker/store/device-file';
import { CopiedFilm } from '../../../src/sessions/worker/recorder/film-copy';
import { MemoryFiles } from '../../../src/sessions/worker/recorder/memory-files';

const bytes = (from: number, length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => from + i);
const all = (file: GrowingFile): number[] => [...file.read(0, file.size)];

/** A file of the person's choice; each opening of it ends when the test says so. */
class ChosenFile {
  readonly name = 'chosen.mp4';
  content: number[] = [];
  readonly #openings: ((error?: Error) => void)[] = [];

  readonly handle = this as unknown as FileSystemFileHandle;

  async createWritable({ keepExistingData }: FileSystemCreateWritableOptions): Promise<object> {
    await new Promise<void>((resolve, reject) => this.#openings.push((error) => (error ? reject(error) : resolve())));
    let next = keepExistingData ? [...this.content] : [];
    return {
      write: ({ position, data }: { position: number; data: Uint8Array }) => {
        while (next.length < position) next.push(0);
        next.splice(position, data.length, ...data);
        return Promise.resolve();
      },
      truncate: (size: number) => {
        next = Array.from({ length: size }, (_, i) => next[i] ?? 0);
        return Promise.resolve();
      },
      close: () => Promise.resolve(void (this.content = next)),
      abort: () => Promise.resolve(),
    };
  }

  /** Lets the next opening end. */
  async opens(error?: Error): Promise<void> {
    await expect.poll(() => this.#openings.length).toBe(1);
    this.#openings.shift()?.(error);
  }
}

const newFilm = async (): Promise<CopiedFilm> => new CopiedFilm(await new MemoryFiles().open('film.mp4'));

describe('a film that goes into a chosen file as well', () => {
  it('has there what was written while the file was being opened, behind and over what there was', async () => {
    const film = await newFilm();
    film.write(bytes(1, 8), 0);
    const chosen = new ChosenFile();
    const copied = film.copyTo(chosen.handle);
    film.write(bytes(101, 8), 8);
    film.write(bytes(201, 2), 3);
    // It is not made whole by a second writer meanwhile.
    film.flush();
    await chosen.opens();
    await copied;
    expect(chosen.content).toEqual(all(film));
    film.write(bytes(50, 4), 16);
    const finished = film.finishCopy();
    await chosen.opens();
    await finished;
    expect([chosen.content, film.copy]).toEqual([all(film), { name: 'chosen.mp4', failed: undefined }]);
    expect(chosen.content.slice(0, 16)).toEqual([1, 2, 3, 201, 202, 6, 7, 8, 101, 102, 103, 104, 105, 106, 107, 108]);
  });

  it('goes on into the first file, with no hole, where another cannot be opened', async () => {
    const film = await newFilm();
    film.write(bytes(1, 4), 0);
    const [chosen, refused] = [new ChosenFile(), new ChosenFile()];
    const copied = film.copyTo(chosen.handle);
    await chosen.opens();
    await copied;
    const second = film.copyTo(refused.handle);
    film.write(bytes(11, 4), 4);
    await refused.opens(new Error('locked'));
    await expect(second).rejects.toThrow('locked');
    film.write(bytes(21, 4), 8);
    const finished = film.finishCopy();
    await chosen.opens();
    await finished;
    expect([chosen.content, film.copy?.failed]).toEqual([all(film), undefined]);
  });
});
