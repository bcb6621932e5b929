import { Fault } from '../../../base/shared/fault';
import { labelKey, type LabelRef } from '../../../base/shared/labels/label-ref';
import { AnnotationError, filmChange, framesChange, latestTasks, parseAnnotations, picturesChange, SessionNames, type AnnotatedTask } from '../../shared/import/label-studio';
import { stillLabels } from '../../shared/import/still-labels';
import { runsOf, secondsText } from '../../shared/export/export-source';
import { foldEdits } from '../../shared/human-labels';
import { STILLS } from '../../shared/dataset/still';
import type { SessionManifest } from '../../shared/session';
import type { AnnotationReport } from '../../shared/session-export';
import { SessionSource } from '../export/session-source';
import { SessionStoreService } from '../store/session-store-service';

function tasksOf(json: string): readonly AnnotatedTask[] {
  try {
    return parseAnnotations(json);
  } catch (error) {
    if (error instanceof AnnotationError) throw new Fault('annotations-foreign', error.message, { cause: error });
    throw error;
  }
}

async function predictedIn(source: SessionSource): Promise<readonly LabelRef[]> {
  const labels = new Map<string, LabelRef>();
  for await (const { label } of runsOf(source)) labels.set(labelKey(label), label);
  return [...labels.values()];
}

/**
 * The sessions that tasks are of. Where none has a task's id, as on a device that has imported the session, it is the only one of its name.
 * Names are times by default, so that a film of another device may have it too: one of the spans that were exported has to be in it.
 */
class TaskSessions {
  readonly #byId: ReadonlyMap<string, SessionManifest>;
  /** Undefined where several have a name. */
  readonly #byName = new Map<string, SessionManifest | undefined>();
  readonly #spans = new Map<string, Promise<ReadonlySet<string>>>();

  constructor(
    sessions: readonly SessionManifest[],
    private readonly store: SessionStoreService,
  ) {
    this.#byId = new Map(sessions.map((each) => [each.id, each]));
    for (const each of sessions) this.#byName.set(each.name, this.#byName.has(each.name) ? undefined : each);
  }

  async of({ session, name, film }: AnnotatedTask): Promise<SessionManifest | undefined> {
    const own = session === undefined ? undefined : this.#byId.get(session);
    if (own) return own;
    const only = this.#byName.get(name);
    if (session === undefined || !only) return only;
    if (!film?.exported?.length) return undefined;
    const spans = await this.#spansOf(only.id);
    return film.exported.some((id) => spans.has(id)) ? only : undefined;
  }

  #spansOf(id: string): Promise<ReadonlySet<string>> {
    const known = this.#spans.get(id) ?? this.store.open(id).then(({ human }) => new Set(human.spans.map((span) => span.id)));
    this.#spans.set(id, known);
    return known;
  }
}

type Report = { -readonly [K in keyof AnnotationReport]: AnnotationReport[K] extends readonly (infer E)[] ? E[] : AnnotationReport[K] };

/** Takes what came back from Label Studio into the sessions that it is of: each one's changes are one step of undo. */
export async function importAnnotations(json: string): Promise<AnnotationReport> {
  const store = new SessionStoreService();
  const sessions = new TaskSessions(await store.list(), store);
  const report: Report = { sessions: [], unmatched: [], changedHere: [], foreign: 0, stills: [], others: 0 };
  const ofSets: AnnotatedTask[] = [];
  const bySession = new Map<string, AnnotatedTask[]>();
  for (const task of tasksOf(json)) {
    if (task.session === STILLS) {
      report.others += task.others;
      if (task.foreign) report.foreign++;
      if (task.still && task.picture) ofSets.push(task);
      else if (task.annotated && !task.foreign) report.unmatched.push(task.name);
      continue;
    }
    const session = await sessions.of(task);
    report.others += task.others;
    if (session && task.foreign) report.foreign++;
    if (session && (task.film ?? task.picture)) {
      const own = bySession.get(session.id);
      if (own) own.push(task);
      else bySession.set(session.id, [task]);
    } else if (!session || (task.annotated && !task.foreign)) report.unmatched.push(task.name);
  }
  const stills = latestTasks(ofSets);
  report.others += stills.others;
  report.stills.push(...stillLabels(stills.latest));
  for (const [id, tasks] of bySession) {
    const source = await SessionSource.open(id);
    const { manifest } = source;
    const { latest, others } = latestTasks(tasks);
    report.others += others;
    const { human } = await store.open(id);
    const names = new SessionNames(human, await predictedIn(source));
    const makeId = (): string => crypto.randomUUID();
    const films = latest.filter(({ film }) => film).map((task) => filmChange(task, manifest, human, names, makeId));
    const pictures = picturesChange(latest, human, names);
    for (const { name, picture } of pictures.unknown) report.unmatched.push(`${name}, ${picture?.file ?? ''}`);
    const frames = framesChange(latest, manifest, foldEdits(films.flatMap(({ edits }) => edits), human), names, makeId);
    for (const timeUs of frames.lost) report.changedHere.push(`${manifest.name}, ${Number(secondsText(timeUs))} s`);
    const step = makeId();
    const changes = [...films, pictures, frames];
    const edits = changes.flatMap((change) => change.edits.map((edit) => ({ ...edit, step })));
    if (edits.length > 0) await store.edit(id, edits);
    const sum = (key: 'added' | 'changed' | 'removed'): number => changes.reduce((total, change) => total + change[key], 0);
    report.sessions.push({ name: manifest.name, added: sum('added'), changed: sum('changed'), removed: sum('removed') });
  }
  return report;
}
