import { Fault } from '../../../base/shared/fault';
import { labelKey, type LabelRef } from '../../../base/shared/labels/label-ref';
import { AnnotationError, filmChange, framesChange, parseAnnotations, pictureChange, type AnnotatedTask, type AnnotationChange } from '../../shared/import/label-studio';
import { runsOf, secondsText } from '../../shared/export/export-source';
import { foldEdits } from '../../shared/human-labels';
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
 * The session that a task is of where none has its id, as on a device that has imported the session: the only one of its name. Names are times by
 * default, so that a film of another device may have it too: one of the spans that were exported has to be in it.
 */
async function copyOf({ session, name, film }: AnnotatedTask, sessions: readonly SessionManifest[], store: SessionStoreService): Promise<SessionManifest | undefined> {
  const [only, ...more] = sessions.filter((each) => each.name === name);
  if (!only || more.length > 0) return undefined;
  if (session === undefined || !film?.exported?.length) return session === undefined ? only : undefined;
  const { human } = await store.open(only.id);
  return human.spans.some(({ id }) => film.exported?.includes(id)) ? only : undefined;
}

/** Takes what came back from Label Studio into the sessions that it is of: each one's changes are one step of undo. */
export async function importAnnotations(json: string): Promise<AnnotationReport> {
  const store = new SessionStoreService();
  const sessions = await store.list();
  const tasks = tasksOf(json);
  const report: { -readonly [K in keyof AnnotationReport]: AnnotationReport[K] extends readonly (infer E)[] ? E[] : AnnotationReport[K] } = { sessions: [], unmatched: [], others: 0 };
  const bySession = new Map<string, AnnotatedTask[]>();
  for (const task of tasks) {
    const session = sessions.find(({ id }) => id === task.session) ?? (await copyOf(task, sessions, store));
    report.others += task.others;
    if (!session || (!task.film && !task.picture)) {
      report.unmatched.push(task.name);
      continue;
    }
    // "JSON-MIN" has an entry for each annotation, in any order, and a file may hold a film twice: the latest counts.
    const own = bySession.get(session.id) ?? [];
    const same = own.find(({ film, picture }) => (film ? task.film !== undefined : picture?.file === task.picture?.file && (picture?.file !== undefined || picture?.timeUs === task.picture?.timeUs)));
    if (same) report.others++;
    if (same && same.at >= task.at) continue;
    bySession.set(session.id, [...own.filter((each) => each !== same), task]);
  }
  for (const [id, own] of bySession) {
    const source = await SessionSource.open(id);
    const predicted = await predictedIn(source);
    const makeId = (): string => crypto.randomUUID();
    let { human } = await store.open(id);
    const changes: AnnotationChange[] = [];
    const take = (change: AnnotationChange): void => {
      changes.push(change);
      human = foldEdits(change.edits, human);
    };
    for (const task of own.filter(({ film, picture }) => film ?? picture?.file !== undefined)) {
      const change = task.film ? filmChange(task, source.manifest, human, predicted, makeId) : pictureChange(task, human, predicted);
      if (change) take(change);
      else report.unmatched.push(`${task.name}, ${task.picture?.file ?? ''}`);
    }
    const frames = framesChange(own, source.manifest, human, predicted, makeId);
    take(frames);
    for (const timeUs of frames.lost) report.unmatched.push(`${source.manifest.name}, ${Number(secondsText(timeUs))} s`);
    const step = makeId();
    const edits = changes.flatMap((change) => change.edits.map((edit) => ({ ...edit, step })));
    if (edits.length > 0) await store.edit(id, edits);
    const sum = (key: 'added' | 'changed' | 'removed'): number => changes.reduce((total, change) => total + change[key], 0);
    report.sessions.push({ name: source.manifest.name, added: sum('added'), changed: sum('changed'), removed: sum('removed') });
  }
  return report;
}
