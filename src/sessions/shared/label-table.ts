import type { HumanEdit, HumanLabels, HumanSpan, Snapshot } from './session';
import { lastWhere } from './label-times';

/** Values by id that are also had in an order, which one edit changes by no more than a place in a list. */
class SortedById<T extends { readonly id: string }> {
  readonly #byId = new Map<string, T>();
  /** Undefined while nobody asked for the order since many came at once. */
  #sorted: readonly T[] | undefined;

  /** @param order of two values; those that are equal stand by their ids */
  constructor(
    private readonly order: (a: T, b: T) => number,
    values: readonly T[] = [],
  ) {
    for (const value of values) this.#byId.set(value.id, value);
  }

  get size(): number {
    return this.#byId.size;
  }

  get(id: string): T | undefined {
    return this.#byId.get(id);
  }

  get sorted(): readonly T[] {
    return (this.#sorted ??= [...this.#byId.values()].sort((a, b) => this.#compare(a, b)));
  }

  put(value: T): void {
    this.delete(value.id);
    this.#byId.set(value.id, value);
    if (this.#sorted) this.#sorted = this.#sorted.toSpliced(this.#place(value), 0, value);
  }

  delete(id: string): void {
    const value = this.#byId.get(id);
    if (!value) return;
    if (this.#sorted) this.#sorted = this.#sorted.toSpliced(this.#place(value), 1);
    this.#byId.delete(id);
  }

  /** Many are going to come, of which none is looked at before the last. */
  scatter(): void {
    this.#sorted = undefined;
  }

  #compare(a: T, b: T): number {
    return this.order(a, b) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
  }

  /** Where a value stands, or would. */
  #place(value: T): number {
    const sorted = this.sorted;
    return lastWhere(sorted.length, (i) => this.#compare(sorted[i], value) < 0) + 1;
  }
}

/** More edits than so many at once are sorted together, at the end. */
const MANY = 64;

/** The human labels of a session while edits are made: one costs no more in a session with thousands than in a short one. */
export class LabelTable {
  readonly #spans: SortedById<HumanSpan>;
  readonly #snapshots: SortedById<Snapshot>;
  #labels: HumanLabels | undefined;

  constructor(from?: HumanLabels) {
    this.#spans = new SortedById((a, b) => a.startUs - b.startUs || a.endUs - b.endUs, from?.spans);
    this.#snapshots = new SortedById((a, b) => a.timeUs - b.timeUs, from?.snapshots);
  }

  /** As they stand: another object after each edit that changed something, and the same one until then. */
  get labels(): HumanLabels {
    return (this.#labels ??= { spans: this.#spans.sorted, snapshots: this.#snapshots.sorted });
  }

  get counts(): { readonly spans: number; readonly snapshots: number } {
    return { spans: this.#spans.size, snapshots: this.#snapshots.size };
  }

  span(id: string): HumanSpan | undefined {
    return this.#spans.get(id);
  }

  snapshot(id: string): Snapshot | undefined {
    return this.#snapshots.get(id);
  }

  /** @returns the edit that undoes it; undefined where it changed nothing */
  apply(edit: HumanEdit): HumanEdit | undefined {
    const back = this.#inverse(edit);
    if (!back) return undefined;
    this.#labels = undefined;
    if (edit.kind === 'put-span') this.#spans.put(edit.span);
    else if (edit.kind === 'delete-span') this.#spans.delete(edit.id);
    else if (edit.kind === 'put-snapshot') this.#snapshots.put(edit.snapshot);
    else this.#snapshots.delete(edit.id);
    return back;
  }

  applyAll(edits: readonly HumanEdit[]): void {
    if (edits.length > MANY) {
      this.#spans.scatter();
      this.#snapshots.scatter();
    }
    for (const edit of edits) this.apply(edit);
  }

  #inverse(edit: HumanEdit): HumanEdit | undefined {
    switch (edit.kind) {
      case 'put-span': {
        const span = this.#spans.get(edit.span.id);
        return span ? { kind: 'put-span', span } : { kind: 'delete-span', id: edit.span.id };
      }
      case 'delete-span': {
        const span = this.#spans.get(edit.id);
        return span && { kind: 'put-span', span };
      }
      case 'put-snapshot': {
        const snapshot = this.#snapshots.get(edit.snapshot.id);
        return snapshot ? { kind: 'put-snapshot', snapshot } : { kind: 'delete-snapshot', id: edit.snapshot.id };
      }
      case 'delete-snapshot': {
        const snapshot = this.#snapshots.get(edit.id);
        return snapshot && { kind: 'put-snapshot', snapshot };
      }
    }
  }
}
