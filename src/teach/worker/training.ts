import type { AdapterOutcome, TrainingResult } from '../shared/teach';
import { sameNetwork, type FeatureModel } from '../../recognise/shared/index';
import { OTHER } from '../shared/head';
import { halvesToFloats } from '../../engine/index';
import { sparseBlock, type BlockExample } from '../shared/low-rank';
import { enoughForAdapter, trainAdapter, type AdapterResult } from '../shared/train-adapter';
import { trainHead, type TeachExample, type TeachProblem, type TeachProgress, type TrainedHead } from '../shared/train-head';
import type { ClassStore } from './class-store';
import type { StoredClass, StoredExample } from './stored-records';

/** What is to be learned, with the ids that its rows stand for. */
export interface StoredProblem extends TeachProblem {
  /** Of the examples. */
  readonly ids: readonly string[];
  /** Of the classes, in the order of `names`. */
  readonly classIds: readonly string[];
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
  return {
    names: named.map((t) => t.name),
    classIds: named.map((t) => t.id),
    ids: chosen.map((e) => e.id),
    examples: chosen.map((e): TeachExample => ({ features: e.features, label: labels.get(e.thingId) ?? OTHER, group: e.group })),
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

function outcomeOf(tried: AdapterResult | undefined): AdapterOutcome {
  if (!tried) return { kind: 'not-tried' };
  const { kept, plain, adapted } = tried;
  return { kind: kept ? 'kept' : 'not-better', plain, adapted };
}

async function tryAdapter(store: ClassStore, problem: StoredProblem, trained: TrainedHead, hooks: TrainingHooks): Promise<AdapterResult | undefined> {
  if (!enoughForAdapter(trained.basis.labels, problem.names.length)) return undefined;
  const stored = await store.blocks(problem.ids);
  if (stored.size < problem.ids.length || !hooks.wanted()) return undefined;
  const blocks = problem.ids.flatMap((id) => {
    const block = stored.get(id);
    return block ? [blockExample(block)] : [];
  });
  return drive(trainAdapter(trained, blocks), hooks);
}

/** Learns what is stored, and keeps the head as soon as it is ready, then the adapter where there is a better one. */
export async function trainClasses(store: ClassStore, model: FeatureModel, hooks: TrainingHooks): Promise<TrainingResult | undefined> {
  const problem = problemOf(await store.classes(), await store.examples(), model);
  if (problem.names.length === 0) {
    if (!hooks.wanted()) return undefined;
    await store.setTraining(undefined);
    await hooks.onLive();
    return undefined;
  }
  const started = performance.now();
  const seconds = (): number => (performance.now() - started) / 1000;
  const trained = await drive(trainHead(problem), hooks);
  if (!trained || !hooks.wanted()) return undefined;
  const { report, head } = trained;
  const headSeconds = seconds();
  const base = {
    thingIds: problem.classIds, exampleIds: problem.ids, report, wrongIds: report.wrong.map((i) => problem.ids[i]), headSeconds,
  };
  const keep = async (result: TrainingResult, tried?: AdapterResult): Promise<void> => {
    await store.setTraining({ result, live: { model, head, adapted: tried?.kept } });
    await hooks.onLive();
  };
  let result: TrainingResult = { ...base, adapter: { kind: 'not-tried' }, adapterSeconds: 0 };
  await keep(result);
  const tried = await tryAdapter(store, problem, trained, hooks);
  // Cancelled or outdated: the head that is live already stays.
  if (!tried || !hooks.wanted()) return hooks.wanted() ? result : undefined;
  result = { ...base, adapter: outcomeOf(tried), adapterSeconds: seconds() - headSeconds };
  if (tried.kept) {
    const { adapted } = tried;
    result = { ...result, report: adapted, wrongIds: adapted.wrong.map((i) => problem.ids[i]) };
  }
  await keep(result, tried);
  return result;
}

/** A stored last block as training reads it. */
function blockExample({ hidden, sum }: { readonly hidden: Uint16Array; readonly sum: Uint16Array }): BlockExample {
  return sparseBlock(halvesToFloats(hidden), halvesToFloats(sum));
}
