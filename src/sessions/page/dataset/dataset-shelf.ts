import { browserStorage } from '../../../base/page/settings';
import { isLabelRef } from '../../../base/shared/labels/label-ref';
import { isChosenStill } from '../../shared/dataset/still';
import { newDataset, type DatasetClass, type DatasetDefinition } from '../../shared/dataset/dataset';

const KEY = 'sightglass.datasets';
/** What was chosen and fixed for the export of single sessions, by their ids. */
const SESSIONS_KEY = 'sightglass.session-datasets';

/** A training set that is kept: which sessions, which rules, which class has which number. Its pictures stay in the sessions. */
export interface KeptDataset extends DatasetDefinition {
  readonly id: string;
}

const isTexts = (value: unknown): value is string[] => Array.isArray(value) && value.every((one) => typeof one === 'string');

function isClass(value: unknown): boolean {
  const { id, name, from } = (value ?? {}) as Partial<DatasetClass>;
  return Number.isInteger(id) && typeof name === 'string' && isTexts(from);
}

/** What was kept, as far as it can be read; what a later version left out has its usual value. */
function parse(value: unknown): KeptDataset[] {
  if (typeof value !== 'object' || value === null) return [];
  const kept = value as Partial<KeptDataset>;
  if (typeof kept.id !== 'string' || typeof kept.name !== 'string' || !isTexts(kept.sessionIds) || !isTexts(kept.leftOut ?? []) || !Object.values(kept.given ?? {}).every(isLabelRef)) return [];
  if (!Array.isArray(kept.stills ?? []) || !(kept.stills ?? []).every(isChosenStill)) return [];
  if (!Array.isArray(kept.classes) || !kept.classes.every(isClass)) return [];
  const usual = newDataset(kept.name, kept.sessionIds);
  // JSON leaves out what is undefined: one picture a label.
  const pictures = kept.pictures ? { ...usual.pictures, ...kept.pictures, everyUs: kept.pictures.everyUs } : usual.pictures;
  return [{ ...usual, ...kept, id: kept.id, pictures, split: { ...usual.split, ...kept.split } }];
}

/** The training sets of this device, in localStorage; where that is blocked they last for the visit. */
export class DatasetShelf {
  #all: readonly KeptDataset[];
  /** Whether what is here could not be written: then what is stored is older. */
  #unwritten = false;

  constructor(
    private readonly storage: Pick<Storage, 'getItem' | 'setItem'> | undefined = browserStorage(),
    private readonly key = KEY,
  ) {
    this.#all = this.#read();
  }

  /** What is kept of single sessions: the id of each is its session's. */
  static ofSessions(storage: ConstructorParameters<typeof DatasetShelf>[0] = browserStorage()): DatasetShelf {
    return new DatasetShelf(storage, SESSIONS_KEY);
  }

  /** The oldest first. */
  get all(): readonly KeptDataset[] {
    return this.#all;
  }

  /** One as it is now: another tab may have made or changed it. */
  find(id: string): KeptDataset | undefined {
    this.#refresh();
    return this.#all.find((one) => one.id === id);
  }

  put(dataset: KeptDataset): void {
    this.#refresh();
    const known = this.#all.some(({ id }) => id === dataset.id);
    this.#write(known ? this.#all.map((one) => (one.id === dataset.id ? dataset : one)) : [...this.#all, dataset]);
  }

  /** As `put`; a new one with nothing in it is not kept yet. */
  offer(dataset: KeptDataset): void {
    if (dataset.sessionIds.length + dataset.stills.length > 0 || this.#all.some(({ id }) => id === dataset.id)) this.put(dataset);
  }

  remove(id: string): void {
    this.#refresh();
    this.#write(this.#all.filter((one) => one.id !== id));
  }

  /** Forgets what is of none of these any more. */
  retain(there: readonly { readonly id: string }[]): void {
    this.#refresh();
    const left = this.#all.filter(({ id }) => there.some((one) => one.id === id));
    if (left.length < this.#all.length) this.#write(left);
  }

  /** Another tab may have written meanwhile; where nothing can be kept, this visit's sets stay. */
  #refresh(): void {
    if (this.#unwritten) return;
    const stored = this.#read();
    if (stored.length > 0) this.#all = stored;
  }

  #write(all: readonly KeptDataset[]): void {
    this.#all = all;
    try {
      this.storage?.setItem(this.key, JSON.stringify(all));
      this.#unwritten = false;
    } catch {
      // Full or blocked: they last for the visit.
      this.#unwritten = true;
    }
  }

  #read(): readonly KeptDataset[] {
    try {
      const all: unknown = JSON.parse(this.storage?.getItem(this.key) ?? '[]');
      return Array.isArray(all) ? all.flatMap(parse) : [];
    } catch {
      return [];
    }
  }
}
