import { Fault } from '../../../base/shared/fault';
import { labelKey, type LabelRef } from '../../../base/shared/labels/label-ref';
import { AnnotationError, filmChange, parseAnnotations, pictureChange, type AnnotatedTask, type AnnotationChange } from '../../shared/import/label-studio';
import { runsOf } from '../../shared/export/export-source';
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

/** Takes what came back from Label Studio into the sessions that it is of: each one's changes are one step of undo. */
export async function importAnnotations(json: string): Promise<AnnotationReport> {
  const store = new SessionStoreService();
  const sessions = await store.list();
  const tasks = tasksOf(json);
  const report: { -readonly [K in keyof AnnotationReport]: AnnotationReport[K] extends readonly (infer E)[] ? E[] : AnnotationReport[K] } = { sessions: [], unmatched: [], others: 0 };
  const bySession = new Map<string, AnnotatedTask[]>();
  for (const task of tasks) {
    const named = sessions.filter(({ name }) => name === task.name);
    const session = sessions.find(({ id }) => id === task.session) ?? (named.length === 1 ? named[0] : undefined);
    if (!session || (!task.film && !task.picture)) report.unmatched.push(task.name);
    else bySession.set(session.id, [...(bySession.get(session.id) ?? []), task]);
    report.others += task.others;
  }
  for (const [id, own] of bySession) {
    const source = await SessionSource.open(id);
    const predicted = await predictedIn(source);
    const { human } = await store.open(id);
    const changes: AnnotationChange[] = [];
    for (const task of own) {
      const change = task.film ? filmChange(task, source.manifest, human, predicted, () => crypto.randomUUID()) : pictureChange(task, human, predicted);
      if (change) changes.push(change);
      else report.unmatched.push(`${task.name}, ${task.picture?.file ?? ''}`);
    }
    const step = crypto.randomUUID();
    const edits = changes.flatMap((change) => change.edits.map((edit) => ({ ...edit, step })));
    if (edits.length > 0) await store.edit(id, edits);
    const sum = (key: 'added' | 'changed' | 'removed'): number => changes.reduce((total, change) => total + change[key], 0);
    report.sessions.push({ name: source.manifest.name, added: sum('added'), changed: sum('changed'), removed: sum('removed') });
  }
  return report;
}
