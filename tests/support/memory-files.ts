/*
 * A private file system in memory, as far as the app's workers use one (OPFS: fs.spec.whatwg.org), and what else they ask of a browser there: for
 * tests in Node of what reads and writes sessions.
 */

const missing = (name: string): DOMException => new DOMException(`There is no ${name}.`, 'NotFoundError');

/** A name that the standard takes for a file or folder (File System, "valid file name"). */
function checkName(name: string): void {
  if (name === '' || name === '.' || name === '..' || /[/\\]/.test(name)) throw new TypeError(`${JSON.stringify(name)} is no name of a file.`);
}

/** A file whose bytes can be had at once, as a FileReaderSync does. */
class MemoryBlob extends File {
  constructor(readonly held: Uint8Array<ArrayBuffer>, name: string) {
    super([held], name);
  }

  override slice(from = 0, to = this.held.length): Blob {
    return new MemoryBlob(this.held.slice(from, to), this.name);
  }
}

/** What the files are on. */
class Disk {
  /** Bytes of all files that there is room for. */
  capacity = Infinity;
  used = 0;

  /** @throws DOMException `QuotaExceededError` where there is no room */
  change(bytes: number): void {
    if (bytes > 0 && this.used + bytes > this.capacity) throw new DOMException('The disk is full.', 'QuotaExceededError');
    this.used += bytes;
  }
}

class MemoryFile {
  readonly kind = 'file';
  bytes = new Uint8Array(0);

  constructor(
    readonly name: string,
    readonly disk: Disk,
  ) {}

  getFile(): Promise<File> {
    return Promise.resolve(new MemoryBlob(this.bytes.slice(), this.name));
  }

  createSyncAccessHandle(): Promise<object> {
    const sized = (size: number): void => {
      this.disk.change(size - this.bytes.length);
      const grown = new Uint8Array(size);
      grown.set(this.bytes.subarray(0, size));
      this.bytes = grown;
    };
    return Promise.resolve({
      getSize: () => this.bytes.length,
      read: (into: Uint8Array, { at = 0 } = {}) => {
        const part = this.bytes.subarray(at, at + into.length);
        into.set(part);
        return part.length;
      },
      write: (from: Uint8Array, { at = 0 } = {}) => {
        if (at + from.length > this.bytes.length) sized(at + from.length);
        this.bytes.set(from, at);
        return from.length;
      },
      truncate: sized,
      flush: () => undefined,
      close: () => undefined,
    });
  }
}

/** A folder in memory. */
export class MemoryFolder {
  readonly kind = 'directory';
  readonly #children = new Map<string, MemoryFile | MemoryFolder>();

  constructor(
    readonly name = '',
    readonly disk = new Disk(),
  ) {}

  /** Paths of all files in it. */
  paths(): string[] {
    return [...this.#children.values()].flatMap((child) => (child instanceof MemoryFolder ? child.paths().map((path) => `${child.name}/${path}`) : [child.name]));
  }

  #child<T extends MemoryFile | MemoryFolder>(name: string, kind: new (name: string, disk: Disk) => T, create: boolean | undefined): Promise<T> {
    checkName(name);
    let child = this.#children.get(name);
    if (!child && create) this.#children.set(name, (child = new kind(name, this.disk)));
    if (!child) return Promise.reject(missing(name));
    return child instanceof kind ? Promise.resolve(child) : Promise.reject(new DOMException(`${name} is of another kind.`, 'TypeMismatchError'));
  }

  async getFileHandle(name: string, { create }: { create?: boolean } = {}): Promise<MemoryFile> {
    return this.#child(name, MemoryFile, create);
  }

  async getDirectoryHandle(name: string, { create }: { create?: boolean } = {}): Promise<MemoryFolder> {
    return this.#child(name, MemoryFolder, create);
  }

  removeEntry(name: string): Promise<void> {
    const child = this.#children.get(name);
    if (child instanceof MemoryFile) this.disk.change(-child.bytes.length);
    return this.#children.delete(name) ? Promise.resolve() : Promise.reject(missing(name));
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- as the standard has it
  async *entries(): AsyncGenerator<[string, MemoryFile | MemoryFolder]> {
    yield* this.#children.entries();
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- as the standard has it
  async *values(): AsyncGenerator<MemoryFile | MemoryFolder> {
    yield* this.#children.values();
  }
}

/** Gives this process such a file system, and the rest that a worker of a browser has for it. @returns its root, emptied by `clear` */
export function memoryFiles(): { readonly root: MemoryFolder; clear(): void } {
  let root = new MemoryFolder();
  const navigator = {
    storage: { getDirectory: () => Promise.resolve(root), estimate: () => Promise.resolve({ quota: 2 ** 40, usage: 0 }) },
    locks: { request: (_name: string, ...rest: unknown[]) => Promise.resolve((rest.at(-1) as (lock: object) => unknown)({})) },
  };
  const readers = {
    FileReaderSync: class {
      readAsArrayBuffer(blob: MemoryBlob): ArrayBuffer {
        return blob.held.slice().buffer;
      }
    },
    FileSystemFileHandle: class {
      createSyncAccessHandle(): void {
        // What is looked for is whether there is one.
      }
    },
  };
  Object.defineProperty(globalThis, 'navigator', { value: navigator, configurable: true });
  for (const [name, value] of Object.entries(readers)) Object.defineProperty(globalThis, name, { value, configurable: true });
  return {
    get root() {
      return root;
    },
    clear: () => {
      root = new MemoryFolder();
    },
  };
}
