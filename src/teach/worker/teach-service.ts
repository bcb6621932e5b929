import { Fault } from '../../base/shared/fault';
import type {
  FeatureUpdate, ImportSummary, NewExample, TeachApi, TeachChange, TeachState, TaughtClass, TrainingResult, UndoToken,
} from '../shared/teach';
import { nameKey, nameOf } from '../../base/shared/labels/label-ref';
import { LONGEST_NAME, MOST_CLASSES } from '../shared/classes-file';
import type { FeatureModel } from '../../recognise/shared/index';
import type { TeachProgress } from '../shared/train-head';
import { SerialQueue } from '../../base/worker/async';
import { exportClasses, importClasses, refuseTooMany } from './exchange';
import type { StoreChange, ClassStore } from './class-store';
import type { StoredClass, StoredExample } from './stored-records';
import { problemOf, trainClasses } from './training';

/** Steps back that are remembered. */
const MOST_UNDO = 50;

/** Keeps, learns, exports and imports taught classes; knows nothing of Comlink. */
export class TeachService implements TeachApi {
  readonly #queue = new SerialQueue();
  readonly #undo = new Map<UndoToken, StoreChange>();
  #opened: Promise<ClassStore> | undefined;
  #nextUndo = 1;
  /** A training that is not the latest call's ends at its next step. */
  #call = 0;
  #latest = 0;

  constructor(
    private readonly open: () => Promise<ClassStore>,
    private readonly announce: (change: TeachChange) => void,
  ) {}

  async state(): Promise<TeachState> {
    const store = await this.#store();
    const [classes, examples, training, enabled] = await Promise.all([store.classes(), store.examples(), store.training(), store.enabled()]);
    const sorted = byAge(examples);
    const listed = [...classes].sort((a, b) => Number(a.other) - Number(b.other) || a.createdAt - b.createdAt);
    const result = training?.result;
    return {
      classes: listed.map((taughtClass): TaughtClass => ({
        ...taughtClass,
        examples: sorted.filter((e) => e.thingId === taughtClass.id).map(({ id, group, addedAt, source, picture: image, model }) => (
          { id, group, addedAt, source, image, modelSha256: model.sha256 }
        )),
      })),
      result,
      model: training?.live.model,
      // What was learned before moments were counted is learned once more, for its report.
      stale: training?.result.report.moments === undefined || problemOf(classes, examples, training.live.model).ids.join() !== training.result.exampleIds.join(),
      enabled,
      kept: store.kept,
      unreadable: store.unreadable,
    };
  }

  addClass(name: string, other = false): Promise<string> {
    return this.#changing(async (store) => {
      const classes = await store.classes();
      const existing = other ? classes.find((t) => t.other) : undefined;
      if (existing) return existing.id;
      if (classes.length >= MOST_CLASSES) throw new Fault('things-full', `There are ${classes.length} things already.`);
      const taughtClass: StoredClass = { id: crypto.randomUUID(), name: freeName(name, classes), other, createdAt: this.#stamp(1) };
      await store.change({ classes: [taughtClass] });
      return taughtClass.id;
    });
  }

  async rename(classId: string, name: string): Promise<void> {
    await this.#changing(async (store) => {
      const classes = await store.classes();
      const taughtClass = found(classes, classId);
      const changed = { ...taughtClass, name: freeName(name, classes.filter((t) => t !== taughtClass)) };
      await store.change({ classes: [changed] });
      const training = await store.training();
      const at = training?.result.thingIds.indexOf(classId) ?? -1;
      if (!training || at < 0) return;
      // Nothing has to be learned anew for a name.
      const renamed = training.live.head.names.map((n, i) => (i === at ? changed.name : n));
      const live = { ...training.live, head: { ...training.live.head, names: renamed } };
      await store.setTraining({ ...training, live });
      await this.#announceLive(store);
    });
  }

  addExamples(classId: string, model: FeatureModel, examples: readonly NewExample[]): Promise<UndoToken> {
    return this.#changing(async (store) => {
      const { name } = found(await store.classes(), classId);
      refuseOtherLengths(model, examples);
      refuseTooMany(name, (await store.examples()).filter((e) => e.thingId === classId).length + examples.length);
      const now = this.#stamp(examples.length);
      const stored = examples.map(({ features, image, group, source, square }, i): StoredExample => (
        { id: crypto.randomUUID(), thingId: classId, group, addedAt: now + i / 1000, source, ...(square && { square }), model, features, picture: image }
      ));
      await store.change({ examples: stored });
      return this.#remember({ deleteExamples: stored.map((e) => e.id) });
    });
  }

  async updateFeatures(model: FeatureModel, updates: readonly FeatureUpdate[]): Promise<void> {
    await this.#changing(async (store) => {
      refuseOtherLengths(model, updates);
      const byId = new Map(updates.map((u) => [u.id, u]));
      const examples = (await store.examples()).flatMap((e) => {
        const update = byId.get(e.id);
        return update ? [{ ...e, model, features: update.features }] : [];
      });
      await store.change({ examples });
    });
  }

  deleteExamples(ids: readonly string[]): Promise<UndoToken> {
    return this.#delete((examples) => ({ classes: [], examples: examples.filter((e) => ids.includes(e.id)) }));
  }

  deleteClass(classId: string): Promise<UndoToken> {
    return this.#delete((examples, classes) => ({
      classes: classes.filter((t) => t.id === classId),
      examples: examples.filter((e) => e.thingId === classId),
    }));
  }

  deleteAll(): Promise<UndoToken> {
    return this.#delete((examples, classes) => ({ classes, examples }));
  }

  async deleteUnreadable(): Promise<void> {
    await this.#changing((store) => store.deleteUnreadable());
  }

  async undo(token: UndoToken): Promise<void> {
    const change = this.#undo.get(token);
    if (!change) return;
    this.#undo.delete(token);
    await this.#changing((store) => store.change(change));
  }

  async train(model: FeatureModel, onProgress: (progress: TeachProgress) => void): Promise<TrainingResult | undefined> {
    const call = ++this.#call;
    const store = await this.#store();
    return trainClasses(store, model, {
      wanted: () => call === this.#call,
      onProgress,
      onLive: () => this.#announceLive(store),
    });
  }

  cancel(): void {
    this.#call++;
  }

  async enable(enabled: boolean): Promise<void> {
    const store = await this.#store();
    await store.setEnabled(enabled);
    await this.#announceLive(store);
    this.announce({ kind: 'things' });
  }

  async exportFile(model: FeatureModel, images: boolean): Promise<Blob> {
    const store = await this.#store();
    return exportClasses(await store.classes(), byAge(await store.examples()), model, images);
  }

  importFile(file: Blob, model: FeatureModel): Promise<ImportSummary> {
    return this.#changing(async (store) => {
      const change = await importClasses(file, model, await store.classes(), await store.examples());
      await store.change(change);
      const undo = this.#remember({ deleteClasses: change.classes.map((t) => t.id), deleteExamples: change.examples.map((e) => e.id) });
      return { classes: change.classes.length, examples: change.examples.length, undo };
    });
  }

  #store(): Promise<ClassStore> {
    this.#opened ??= this.open();
    return this.#opened;
  }

  /** Changes come one after another; a training of what was before ends, and every tab is told. */
  #changing<T>(change: (store: ClassStore) => Promise<T>): Promise<T> {
    return this.#queue.run(async () => {
      this.#call++;
      const result = await change(await this.#store());
      this.announce({ kind: 'things' });
      return result;
    });
  }

  #delete(
    choose: (examples: readonly StoredExample[], classes: readonly StoredClass[]) => Pick<Required<StoreChange>, 'classes' | 'examples'>,
  ): Promise<UndoToken> {
    return this.#changing(async (store) => {
      const { classes, examples } = choose(await store.examples(), await store.classes());
      const ids = examples.map((e) => e.id);
      await store.change({ deleteClasses: classes.map((t) => t.id), deleteExamples: ids });
      const training = await store.training();
      if (training && classes.some((t) => training.result.thingIds.includes(t.id))) {
        // A deleted class must not be named until the rest is learned anew.
        await store.setTraining(undefined);
        await this.#announceLive(store);
      }
      return this.#remember({ classes, examples });
    });
  }

  /** Milliseconds since 1970 for so many entries, a thousandth apart, later than all before: they sort by it. */
  #stamp(count: number): number {
    const first = Math.max(Date.now(), this.#latest + 0.001);
    this.#latest = first + (count - 1) / 1000;
    return first;
  }

  #remember(change: StoreChange): UndoToken {
    const token = this.#nextUndo++;
    this.#undo.set(token, change);
    this.#undo.delete(token - MOST_UNDO);
    return token;
  }

  async #announceLive(store: ClassStore): Promise<void> {
    const [training, enabled] = await Promise.all([store.training(), store.enabled()]);
    this.announce({ kind: 'live', live: enabled ? training?.live : undefined });
  }
}

function byAge(examples: readonly StoredExample[]): StoredExample[] {
  return [...examples].sort((a, b) => a.addedAt - b.addedAt);
}

function found(classes: readonly StoredClass[], id: string): StoredClass {
  const taughtClass = classes.find((t) => t.id === id);
  if (!taughtClass) throw new Fault('storage-failed', 'This thing is no longer there: it was deleted, in another tab perhaps.');
  return taughtClass;
}

/** What has another length could not be read back: it would count as damaged. @throws Fault `engine-failed` */
function refuseOtherLengths({ name, width }: FeatureModel, given: readonly { readonly features: Float32Array }[]): void {
  const other = given.find(({ features }) => features.length !== width);
  if (other) throw new Fault('engine-failed', `${name} gave ${other.features.length} features where it has ${width}: nothing was kept.`);
}

/** @throws Fault `name-taken` where another class has it, upper and lower case alike */
function freeName(name: string, others: readonly StoredClass[]): string {
  const wanted = nameOf(name.slice(0, LONGEST_NAME));
  if (wanted === '') throw new Fault('name-taken', 'A thing needs a name.');
  if (others.some((t) => nameKey(t.name) === nameKey(wanted))) {
    throw new Fault('name-taken', `There is already a thing called ${wanted}.`);
  }
  return wanted;
}

