import { openDB, type DBSchema, type IDBPDatabase, type StoreNames } from 'idb';

/** The stores that a database must have, with what `createObjectStore` is told of each. */
type StoreName<Schema extends DBSchema> = StoreNames<Schema> & string;
type Stores<Schema extends DBSchema> = Readonly<Record<StoreName<Schema>, IDBObjectStoreParameters>>;

/** Errors of a connection that is no more, or of a database that is not as it should be: worth a second try, on a new connection. */
const OF_THE_CONNECTION = ['InvalidStateError', 'NotFoundError', 'AbortError', 'UnknownError'];

/**
 * A database of this device. Browsers close one when they like (site data cleared, a damaged profile, another tab that wants to change it), and one
 * may come without its stores (an older or a damaged one): it is opened anew, and the stores that it lacks are made. Its version number tells nothing
 * but how often that was done.
 */
export class DeviceDatabase<Schema extends DBSchema> {
  #opened: Promise<IDBPDatabase<Schema>> | undefined;

  constructor(
    private readonly name: string,
    private readonly stores: Stores<Schema>,
  ) {}

  /**
   * @param job one transaction: it is done once more where the connection turned out to be none
   * @throws DOMException of the browser, where it refuses a database, or has no room
   */
  async use<T>(job: (database: IDBPDatabase<Schema>) => Promise<T>): Promise<T> {
    try {
      return await job(await this.#open());
    } catch (error) {
      if (!(error instanceof DOMException) || !OF_THE_CONNECTION.includes(error.name)) throw error;
      await this.#close();
      return job(await this.#open());
    }
  }

  #open(): Promise<IDBPDatabase<Schema>> {
    const opened = (this.#opened ??= this.#openWhole());
    opened.catch(() => this.#forget(opened));
    return opened;
  }

  async #openWhole(): Promise<IDBPDatabase<Schema>> {
    const database = await this.#openVersion();
    if (this.#missing(database).length === 0) return database;
    const { version } = database;
    database.close();
    return this.#openVersion(version + 1);
  }

  /** @param version a higher one makes the stores that are missing; undefined for the one that there is */
  async #openVersion(version?: number): Promise<IDBPDatabase<Schema>> {
    const database: IDBPDatabase<Schema> = await openDB<Schema>(this.name, version, {
      upgrade: (changed) => {
        for (const store of this.#missing(changed)) changed.createObjectStore(store, this.stores[store]);
      },
      // Whoever changes it in another tab must not wait for this one.
      blocking: () => database.close(),
    });
    return database;
  }

  #missing(database: IDBPDatabase<Schema>): StoreName<Schema>[] {
    return (Object.keys(this.stores) as StoreName<Schema>[]).filter((store) => !database.objectStoreNames.contains(store));
  }

  #forget(opened: Promise<IDBPDatabase<Schema>>): void {
    if (this.#opened === opened) this.#opened = undefined;
  }

  async #close(): Promise<void> {
    const opened = this.#opened;
    this.#opened = undefined;
    (await opened?.catch(() => undefined))?.close();
  }
}
