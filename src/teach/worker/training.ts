import type { TrainingResult } from '../shared/teach';
import { sameNetwork, type FeatureModel } from '../../recognise/shared/index';
import { OTHER } from '../shared/head';
import { momentsOf } from '../shared/moments';
import { trainHead, type TeachExample, type TeachProblem, type TeachProgress } from '../shared/train-head';
import type { ClassStore } from './class-store';
import type { StoredClass, StoredExample } from './stored-records';

/** What is to be learned, with the ids that its rows stand for. */
export interface StoredProblem extends TeachProblem {
  /** Of the examples. */
  readonly ids: readonly string[];
  /** Of the classes, in the order of `names`. */
  readonly classIds: readonly string[];
}

/** The moment of each example, oldest first. */
function momentOfEach(examples: readonly StoredExample[]): ReadonlyMap<string, string> {
  const classes = new Map<string, StoredExample[]>();
  for (const example of examples) {
    const own = classes.get(example.thingId);
    if (own) own.push(example);
    else classes.set(example.thingId, [example]);
  }
  return new Map([...classes.values()].flatMap((own) => momentsOf(own).map((moment, i) => [own[i].id, moment] as const)));
}

/** The examples of one network as a problem; classes without any are left out. */
export function problemOf(classes: readonly StoredClass[], examples: readonly StoredExample[], model: FeatureModel): StoredProblem {
  const usable = examples.filter((e) => sameNetwork(e.model, model)).sort((a, b) => a.addedAt - b.addedAt);
  const named = classes
    .filter((t) => !t.other && usable.some((e) => e.thingId === t.id))
    .sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));
  const labels = new Map(named.map((t, i) => [t.id, i]));
  for (const taughtClass of classes) if (taughtClass.other) labels.set(taughtClass.id, OTHER);
  const chosen = usable.filter((e) => labels.has(e.thingId));
  const moments = momentOfEach(chosen);
  return {
    names: named.map((t) => t.name),
    classIds: named.map((t) => t.id),
    ids: chosen.map((e) => e.id),
    examples: chosen.map((e): TeachExample => ({ features: e.features, label: labels.get(e.thingId) ?? OTHER, group: moments.get(e.id) ?? e.group })),
  };
}

export interface TrainingHooks {
  /** False once nobody wants the result any more. */
  readonly wanted: () => boolean;
  readonly onProgress: (progress: TeachProgress) => void;
  /** What recognisers name has changed. */
  readonly onLive: () => Promise<void>;
}

/** Lets messages in: a cancel, a newer call. */
const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

/** @returns undefined where it is no longer wanted */
async function drive<T>(steps: Generator<TeachProgress, T>, { wanted, onProgress }: TrainingHooks): Promise<T | undefined> {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    onProgress(step.value);
    await pause();
    if (!wanted()) return undefined;
  }
}

/** Learns what is stored, and keeps the head as soon as it is ready. */
export async function trainClasses(store: ClassStore, model: FeatureModel, hooks: TrainingHooks): Promise<TrainingResult | undefined> {
  const problem = problemOf(await store.classes(), await store.examples(), model);
  if (problem.names.length === 0) {
    if (!hooks.wanted()) return undefined;
    await store.setTraining(undefined);
    await hooks.onLive();
    return undefined;
  }
  const started = performance.now();
  const trained = await drive(trainHead(problem), hooks);
  if (!trained || !hooks.wanted()) return undefined;
  const { report, head } = trained;
  const result: TrainingResult = {
    thingIds: problem.classIds, exampleIds: problem.ids, report, wrongIds: report.wrong.map((i) => problem.ids[i]), headSeconds: (performance.now() - started) / 1000,
  };
  await store.setTraining({ result, live: { model, head } });
  await hooks.onLive();
  return result;
}
