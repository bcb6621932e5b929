import type { DBSchema, IDBPDatabase } from 'idb';
import { DeviceDatabase } from '../../base/worker/database';
import { storageFault } from '../../base/worker/private-files';
import type { LiveClasses } from '../shared/teach';
import {
  isStoredClass, isStoredExample, readTraining, withoutClass, type StoredClass, type StoredExample, type StoredTraining,
} from './stored-records';

/** What is changed in one go: all of it or nothing. Deletions come first. */
export interface StoreChange {
  readonly deleteClasses?: readonly string[];
  readonly deleteExamples?: readonly string[];
  readonly classes?: readonly StoredClass[];
  readonly examples?: readonly StoredExample[];
}

/** Keeps taught classes. */
export interface ClassStore {
  /** Whether what it holds outlasts the visit. */
  readonly kept: boolean;
  classes(): Promise<StoredClass[]>;
  examples(): Promise<StoredExample[]>;
  /** How many classes and examples lie there that could not be read when they were last asked for: they are left out, and left alone. */
  readonly unreadable: number;
  /** Those, and examples whose class is not there. */
  deleteUnreadable(): Promise<void>;
  change(change: StoreChange): Promise<void>;
  training(): Promise<StoredTraining | undefined>;
  setTraining(training: StoredTraining | undefined): Promise<void>;
  enabled(): Promise<boolean>;
  setEnabled(enabled: boolean): Promise<void>;
}

interface Schema extends DBSchema {
  things: { key: string; value: StoredClass };
  examples: { key: string; value: StoredExample };
  /** What versions before 2026-11-26 kept of each example for an adapter, 100 KB each; nothing is put here. */
  blocks: { key: string; value: unknown };
  state: { key: string; value: unknown };
}

const DATABASE = 'sightglass-things';
const TRAINING = 'training';
const ENABLED = 'enabled';

const STORES = { things: { keyPath: 'id' }, examples: { keyPath: 'id' }, blocks: {}, state: {} } as const;

class DatabaseStore implements ClassStore {
  readonly kept = true;
  /** Keys of the records that the last look at each store could not read. */
  readonly #unreadable = { things: [] as string[], examples: [] as string[] };

  constructor(private readonly database: DeviceDatabase<Schema>) {}

  classes(): Promise<StoredClass[]> {
    return this.#readable('things', isStoredClass);
  }

  examples(): Promise<StoredExample[]> {
    return this.#readable('examples', isStoredExample);
  }

  get unreadable(): number {
    return this.#unreadable.things.length + this.#unreadable.examples.length;
  }

  async deleteUnreadable(): Promise<void> {
    // What a person was told of, whatever is found now.
    const { things, examples } = this.#unreadable;
    const unseen = withoutClass(await this.examples(), await this.classes());
    await this.change({ deleteClasses: things, deleteExamples: [...examples, ...unseen.map(({ id }) => id)] });
  }

  change({ deleteClasses = [], deleteExamples = [], classes = [], examples = [] }: StoreChange): Promise<void> {
    return this.#try(async (database) => {
      const transaction = database.transaction(['things', 'examples'], 'readwrite');
      const store = (name: 'things' | 'examples') => transaction.objectStore(name);
      await Promise.all([
        ...deleteClasses.map((id) => store('things').delete(id)),
        ...deleteExamples.map((id) => store('examples').delete(id)),
        ...classes.map((taughtClass) => transaction.objectStore('things').put(taughtClass)),
        ...examples.map((example) => transaction.objectStore('examples').put(example)),
        transaction.done,
      ]);
    });
  }

  training(): Promise<StoredTraining | undefined> {
    return this.#try(async (database) => readTraining(await database.get('state', TRAINING)));
  }

  async setTraining(training: StoredTraining | undefined): Promise<void> {
    await this.#try(async (database) => {
      if (training) await database.put('state', training, TRAINING);
      else await database.delete('state', TRAINING);
    });
  }

  enabled(): Promise<boolean> {
    return this.#try(async (database) => (await database.get('state', ENABLED)) !== false);
  }

  async setEnabled(enabled: boolean): Promise<void> {
    await this.#try((database) => database.put('state', enabled, ENABLED));
  }

  async #readable<T extends { readonly id: string }>(store: 'things' | 'examples', isRecord: (value: unknown) => value is T): Promise<T[]> {
    const found: readonly { readonly id: string }[] = await this.#try((database) => database.getAll(store));
    this.#unreadable[store] = found.filter((record) => !isRecord(record)).map(({ id }) => id);
    return found.filter(isRecord);
  }

  async #try<T>(use: (database: IDBPDatabase<Schema>) => Promise<T>): Promise<T> {
    try {
      return await this.database.use(use);
    } catch (error) {
      throw storageFault(error, 'Taught things could not be kept');
    }
  }
}

/** For browsers that refuse a database, and for tests: lasts as long as its worker. */
export class MemoryClassStore implements ClassStore {
  readonly kept = false;
  readonly unreadable = 0;
  readonly #classes = new Map<string, StoredClass>();
  readonly #examples = new Map<string, StoredExample>();
  #training: StoredTraining | undefined;
  #enabled = true;

  classes(): Promise<StoredClass[]> {
    return Promise.resolve([...this.#classes.values()]);
  }

  examples(): Promise<StoredExample[]> {
    return Promise.resolve([...this.#examples.values()]);
  }

  deleteUnreadable(): Promise<void> {
    return Promise.resolve();
  }

  change({ deleteClasses = [], deleteExamples = [], classes = [], examples = [] }: StoreChange): Promise<void> {
    for (const id of deleteClasses) this.#classes.delete(id);
    for (const id of deleteExamples) this.#examples.delete(id);
    for (const taughtClass of classes) this.#classes.set(taughtClass.id, taughtClass);
    for (const example of examples) this.#examples.set(example.id, example);
    return Promise.resolve();
  }

  training(): Promise<StoredTraining | undefined> {
    return Promise.resolve(this.#training);
  }

  setTraining(training: StoredTraining | undefined): Promise<void> {
    this.#training = training;
    return Promise.resolve();
  }

  enabled(): Promise<boolean> {
    return Promise.resolve(this.#enabled);
  }

  setEnabled(enabled: boolean): Promise<void> {
    this.#enabled = enabled;
    return Promise.resolve();
  }
}

/** The device's database, or memory where the browser refuses one. */
export async function openClassStore(): Promise<ClassStore> {
  const database = new DeviceDatabase<Schema>(DATABASE, STORES);
  try {
    await database.use(() => Promise.resolve());
    // Room that nothing reads any more. Where it cannot be given back, as on a full device, what is taught is there all the same.
    void database.use((opened) => opened.clear('blocks')).catch(() => undefined);
    return new DatabaseStore(database);
  } catch {
    return new MemoryClassStore();
  }
}

/** What recognisers are to name, as it was kept. */
export async function readLiveClasses(store: ClassStore): Promise<LiveClasses | undefined> {
  const [training, enabled] = await Promise.all([store.training(), store.enabled()]);
  return enabled ? training?.live : undefined;
}
