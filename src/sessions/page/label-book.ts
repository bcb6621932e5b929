import { createContext } from '@lit/context';
import { isLabelRef, type LabelRef } from '../../base/shared/labels/label-ref';
import { browserStorage } from '../../base/page/settings';
import { MOST_SLOTS, prepareLabels, useLabel, type LabelSlot } from '../shared/label-slots';

const KEY = 'sightglass.labels';
/** More own labels than this nobody finds again. */
const MOST_OWN = 500;

interface Stored {
  readonly slots: readonly LabelSlot[];
  /** The person's own labels, the newest first. */
  readonly own: readonly string[];
}

function isSlot(value: unknown): value is LabelSlot {
  return typeof value === 'object' && value !== null && 'label' in value && isLabelRef(value.label) && 'used' in value && typeof value.used === 'number';
}

/** The labels that a person uses: those at hand while filming, prepared or used before, and those of their own words. Kept in localStorage. */
export class LabelBook {
  #stored: Stored;

  constructor(private readonly storage: Pick<Storage, 'getItem' | 'setItem'> | undefined = browserStorage()) {
    this.#stored = this.#read();
  }

  get slots(): readonly LabelSlot[] {
    return this.#stored.slots;
  }

  /** Newest first. */
  get own(): readonly string[] {
    return this.#stored.own;
  }

  /** Notes the use of a label; a new one gets a key, and one of own words is kept for the search. */
  use(label: LabelRef): void {
    const { name } = label;
    this.#refresh();
    const known = label.index !== undefined || this.own.includes(name);
    this.#write({ slots: useLabel(this.slots, label), own: known ? this.own : [name, ...this.own].slice(0, MOST_OWN) });
  }

  /** The labels that were prepared for filming, in their order. */
  get prepared(): readonly LabelRef[] {
    return this.slots.filter(({ prepared }) => prepared).map(({ label }) => label);
  }

  /** Puts labels first, in this order, until others are prepared; those of own words are kept for the search. */
  prepare(labels: readonly LabelRef[]): void {
    this.#refresh();
    const own = labels.filter(({ index, name }) => index === undefined && !this.own.includes(name)).map(({ name }) => name);
    this.#write({ slots: prepareLabels(this.slots, labels), own: [...own, ...this.own].slice(0, MOST_OWN) });
  }

  /** Another tab may have written meanwhile; where nothing can be kept, this visit's labels stay. */
  #refresh(): void {
    const stored = this.#read();
    if (stored.slots.length > 0 || stored.own.length > 0) this.#stored = stored;
  }

  #read(): Stored {
    try {
      const stored = JSON.parse(this.storage?.getItem(KEY) ?? '{}') as Partial<Record<keyof Stored, unknown>>;
      const slots = Array.isArray(stored.slots) ? stored.slots.filter(isSlot).slice(0, MOST_SLOTS) : [];
      const own = Array.isArray(stored.own) ? stored.own.filter((name) => typeof name === 'string' && name !== '').slice(0, MOST_OWN) : [];
      return { slots, own };
    } catch {
      return { slots: [], own: [] };
    }
  }

  #write(stored: Stored): void {
    this.#stored = stored;
    try {
      this.storage?.setItem(KEY, JSON.stringify(stored));
    } catch {
      // Full or blocked: they last for this visit.
    }
  }
}

/** The app's one book of labels. */
export const labelBookContext = createContext<LabelBook>(Symbol('label book'));
