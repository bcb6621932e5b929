import { browserStorage } from '../../../base/page/settings';

/** Records kept, the newest: models, engines and versions come and go. */
const MOST = 8;

/** As much as is used of a browser's storage. */
export type MeasuredStorage = Pick<Storage, 'getItem' | 'setItem'>;

/** What was measured on this device, in localStorage; where that is blocked it lasts for the visit. */
export class MeasuredStore<R> {
  readonly #records: Map<string, R>;

  /**
   * @param name of the storage's entry
   * @param isRecord takes only what is whole: an older version may have written it
   */
  constructor(
    private readonly name: string,
    private readonly isRecord: (value: unknown) => value is R,
    private readonly storage: MeasuredStorage | undefined = browserStorage(),
  ) {
    this.#records = this.#read();
  }

  recall(key: string): R | undefined {
    return this.#records.get(key);
  }

  keep(key: string, record: R): void {
    this.#records.delete(key);
    this.#records.set(key, record);
    for (const old of [...this.#records.keys()].slice(0, -MOST)) this.#records.delete(old);
    this.#write();
  }

  #write(): void {
    try {
      this.storage?.setItem(this.name, JSON.stringify([...this.#records]));
    } catch {
      // Full or blocked: they hold for this visit.
    }
  }

  #read(): Map<string, R> {
    try {
      const stored: unknown = JSON.parse(this.storage?.getItem(this.name) ?? '[]');
      if (!Array.isArray(stored)) return new Map();
      return new Map(stored.filter((entry): entry is [string, R] => Array.isArray(entry) && typeof entry[0] === 'string' && this.isRecord(entry[1])));
    } catch {
      return new Map();
    }
  }
}
