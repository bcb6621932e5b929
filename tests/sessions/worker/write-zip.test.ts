import { describe, expect, it } from 'vitest';
import { writeZip } from '../../../src/sessions/worker/export/write-zip';
import type { OutputFile } from '../../../src/sessions/worker/export/output-file';
import { readZip } from '../../support/read-zip';

/** A file whose writes take a while, and that keeps what it was given as it is at the end of each. */
class SlowFile implements OutputFile {
  readonly parts: Uint8Array[] = [];
  bytes = 0;

  async write(chunk: Uint8Array): Promise<void> {
    for (let i = 0; i < 20; i++) await Promise.resolve();
    this.parts.push(chunk.slice());
    this.bytes += chunk.length;
  }

  close(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  abort(): Promise<void> {
    return Promise.resolve();
  }

  get content(): Buffer {
    return Buffer.concat(this.parts);
  }
}

/** A file of so many bytes that counts the buffers which it was given new: they hold zeros, and nothing else here does. */
class Counted extends Blob {
  fresh = 0;

  constructor(readonly length: number) {
    super();
  }

  override get size(): number {
    return this.length;
  }

  override stream(): ReturnType<Blob['stream']> {
    let at = 0;
    return new ReadableStream({
      type: 'bytes',
      pull: (controller) => {
        const view = controller.byobRequest?.view as Uint8Array<ArrayBuffer> | null | undefined;
        if (!view) throw new Error('It was asked for a buffer of its own.');
        if (view[0] === 0) this.fresh++;
        view[0] = 1;
        const count = Math.min(view.length, this.length - at);
        for (let i = 0; i < count; i++) view[i] = 1 + ((at + i) % 251);
        at += count;
        // A stream that is closed has still to answer the last request, with nothing.
        if (count === 0) controller.close();
        controller.byobRequest?.respond(count);
      },
    });
  }
}

const DATE = new Date('2026-11-26T12:00:00Z');

describe('a zip', () => {
  it('has the bytes of each file, whatever became of the buffers they came in', async () => {
    const files = [0, 1, 5, 262_143, 262_144, 262_145, 3_000_001, 17].map((length, i) => ({
      name: `${i}.bin`,
      bytes: Uint8Array.from({ length }, (_, at) => (at * 7 + i * 13) % 256),
    }));
    const file = new SlowFile();
    await writeZip(file, files.map(({ name, bytes }) => ({ name, input: new Blob([bytes]) })), DATE);
    const found = await readZip(file.content);
    expect([...found.keys()]).toEqual(files.map(({ name }) => name));
    for (const { name, bytes } of files) expect(found.get(name)?.compare(bytes), name).toBe(0);
  });

  it('reads a long file into a few buffers over and over', async () => {
    const long = new Counted(64 << 20);
    const file = new SlowFile();
    await writeZip(file, [{ name: 'film.mp4', input: long }, { name: 'labels.jsonl', input: new Blob(['{}\n']) }], DATE);
    const found = await readZip(file.content);
    const film = found.get('film.mp4');
    expect(film).toHaveLength(64 << 20);
    expect(film?.findIndex((value, at) => value !== 1 + (at % 251))).toBe(-1);
    expect(long.fresh).toBeLessThan(10);
  });

  it('reads many small files into the same few buffers', async () => {
    const small = Array.from({ length: 300 }, () => new Counted(5000));
    const file = new SlowFile();
    await writeZip(file, small.map((input, i) => ({ name: `${i}.jpg`, input })), DATE);
    expect((await readZip(file.content)).size).toBe(300);
    expect(small.reduce((sum, { fresh }) => sum + fresh, 0)).toBeLessThan(10);
  });

  it('takes files whose streams bring their own buffers', async () => {
    const bytes = Uint8Array.from({ length: 700_000 }, (_, i) => i % 253);
    const plain = new Blob([bytes]);
    const stream = plain.stream.bind(plain);
    plain.stream = () => stream().pipeThrough(new TransformStream());
    const file = new SlowFile();
    await writeZip(file, [{ name: 'a', input: plain }], DATE);
    expect((await readZip(file.content)).get('a')?.compare(bytes)).toBe(0);
  });
});
