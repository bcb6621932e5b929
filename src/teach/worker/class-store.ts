import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import { storageFault } from '../../base/worker/private-files';
import type { Aim } from '../../engine/index';
import type { LiveClasses, TrainingResult } from '../shared/teach';
import type { StoredBlock, FeatureModel } from '../../recognise/shared/index';
import type { ExampleSource } from '../shared/classes-file';

export interface StoredClass {
  readonly id: string;
  readonly name: string;
  readonly other: boolean;
  readonly createdAt: number;
}

export interface StoredExample {
  readonly id: string;
  readonly thingId: string;
  readonly group: string;
  /** Milliseconds since 1970; those added together are thousandths apart, so that their order is kept. */
  readonly addedAt: number;
  readonly source: ExampleSource;
  /** As `NewExample.square`. */
  readonly square?: Aim;
  readonly model: FeatureModel;
  readonly features: Float32Array;
  readonly picture: Blob | undefined;
}

export interface StoredTraining {
  readonly result: TrainingResult;
  readonly live: LiveClasses;
}

/** What is changed in one go: all of it or nothing. Deletions come first. */
export interface StoreChange {
  readonly deleteClasses?: readonly string[];
  readonly deleteExamples?: readonly string[];
  readonly classes?: readonly StoredClass[];
  readonly examples?: readonly StoredExample[];
  /** By example id. */
  readonly blocks?: ReadonlyMap<string, StoredBlock>;
}

/** Keeps taught classes. */
export interface ClassStore {
  /** Whether what it holds outlasts the visit. */
  readonly kept: boolean;
  classes(): Promise<StoredClass[]>;
  examples(): Promise<StoredExample[]>;
  /** Of those that have one. */
  blocks(ids: readonly string[]): Promise<Map<string, StoredBlock>>;
  change(change: StoreChange): Promise<void>;
  training(): Promise<StoredTraining | undefined>;
  setTraining(training: StoredTraining | undefined): Promise<void>;
  enabled(): Promise<boolean>;
  setEnabled(enabled: boolean): Promise<void>;
}

interface Schema extends DBSchema {
  things: { key: string; value: StoredClass };
  examples: { key: string; value: StoredExample };
  blocks: { key: string; value: StoredBlock };
  state: { key: string; value: unknown };
}

const DATABASE = 'sightglass-things';
const TRAINING = 'training';
const ENABLED = 'enabled';

class DatabaseStore implements ClassStore {
  readonly kept = true;

  constructor(private readonly database: IDBPDatabase<Schema>) {}

  classes(): Promise<StoredClass[]> {
    return this.#try(() => this.database.getAll('things'));
  }

  examples(): Promise<StoredExample[]> {
    return this.#try(() => this.database.getAll('examples'));
  }

  blocks(ids: readonly string[]): Promise<Map<string, StoredBlock>> {
    return this.#try(async () => {
      const transaction = this.database.transaction('blocks');
      const found = await Promise.all(ids.map((id) => transaction.store.get(id)));
      return new Map(ids.flatMap((id, i) => (found[i] ? [[id, found[i]] as const] : [])));
    });
  }

  change({ deleteClasses = [], deleteExamples = [], classes = [], examples = [], blocks = new Map() }: StoreChange): Promise<void> {
    return this.#try(async () => {
      const transaction = this.database.transaction(['things', 'examples', 'blocks'], 'readwrite');
      const store = (name: 'things' | 'examples' | 'blocks') => transaction.objectStore(name);
      await Promise.all([
        ...deleteClasses.map((id) => store('things').delete(id)),
        ...deleteExamples.flatMap((id) => [store('examples').delete(id), store('blocks').delete(id)]),
        ...classes.map((taughtClass) => transaction.objectStore('things').put(taughtClass)),
        ...examples.map((example) => transaction.objectStore('examples').put(example)),
        ...[...blocks].map(([id, block]) => transaction.objectStore('blocks').put(block, id)),
        transaction.done,
      ]);
    });
  }

  training(): Promise<StoredTraining | undefined> {
    return this.#try(async () => (await this.database.get('state', TRAINING)) as StoredTraining | undefined);
  }

  async setTraining(training: StoredTraining | undefined): Promise<void> {
    await this.#try(async () => {
      if (training) await this.database.put('state', training, TRAINING);
      else await this.database.delete('state', TRAINING);
    });
  }

  enabled(): Promise<boolean> {
    return this.#try(async () => (await this.database.get('state', ENABLED)) !== false);
  }

  async setEnabled(enabled: boolean): Promise<void> {
    await this.#try(() => this.database.put('state', enabled, ENABLED));
  }

  async #try<T>(use: () => Promise<T>): Promise<T> {
    try {
      return await use();
    } catch (error) {
      throw storageFault(error, 'Taught things could not be kept');
    }
  }
}

/** For browsers that refuse a database, and for tests: lasts as long as its worker. */
export class MemoryClassStore implements ClassStore {
  readonly kept = false;
  readonly #classes = new Map<string, StoredClass>();
  readonly #examples = new Map<string, StoredExample>();
  readonly #blocks = new Map<string, StoredBlock>();
  #training: StoredTraining | undefined;
  #enabled = true;

  classes(): Promise<StoredClass[]> {
    return Promise.resolve([...this.#classes.values()]);
  }

  examples(): Promise<StoredExample[]> {
    return Promise.resolve([...this.#examples.values()]);
  }

  blocks(ids: readonly string[]): Promise<Map<string, StoredBlock>> {
    return Promise.resolve(new Map([...this.#blocks].filter(([id]) => ids.includes(id))));
  }

  change({ deleteClasses = [], deleteExamples = [], classes = [], examples = [], blocks = new Map() }: StoreChange): Promise<void> {
    for (const id of deleteClasses) this.#classes.delete(id);
    for (const id of deleteExamples) {
      this.#examples.delete(id);
      this.#blocks.delete(id);
    }
    for (const taughtClass of classes) this.#classes.set(taughtClass.id, taughtClass);
    for (const example of examples) this.#examples.set(example.id, example);
    for (const [id, block] of blocks) this.#blocks.set(id, block);
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
  try {
    const database: IDBPDatabase<Schema> = await openDB<Schema>(DATABASE, 1, {
      upgrade(opened) {
        opened.createObjectStore('things', { keyPath: 'id' });
        opened.createObjectStore('examples', { keyPath: 'id' });
        opened.createObjectStore('blocks');
        opened.createObjectStore('state');
      },
      // A newer version of the app in another tab must not wait for this one.
      blocking: () => database.close(),
    });
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
