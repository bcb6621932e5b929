import type { HumanEdit, HumanLabels, HumanSpan, Snapshot } from '../../contract/session';

export const NO_LABELS: HumanLabels = { spans: [], snapshots: [] };

function byTime(a: HumanSpan, b: HumanSpan): number {
  return a.startUs - b.startUs || a.endUs - b.endUs || (a.id < b.id ? -1 : 1);
}

/** The human labels that edits make of others, oldest edit first. A deletion of what is not there changes nothing. */
export function foldEdits(edits: Iterable<HumanEdit>, from: HumanLabels = NO_LABELS): HumanLabels {
  const spans = new Map(from.spans.map((span) => [span.id, span]));
  const snapshots = new Map(from.snapshots.map((snapshot) => [snapshot.id, snapshot]));
  for (const edit of edits) {
    switch (edit.kind) {
      case 'put-span':
        spans.set(edit.span.id, edit.span);
        break;
      case 'delete-span':
        spans.delete(edit.id);
        break;
      case 'put-snapshot':
        snapshots.set(edit.snapshot.id, edit.snapshot);
        break;
      case 'delete-snapshot':
        snapshots.delete(edit.id);
        break;
    }
  }
  return {
    spans: [...spans.values()].sort(byTime),
    snapshots: [...snapshots.values()].sort((a: Snapshot, b: Snapshot) => a.timeUs - b.timeUs || (a.id < b.id ? -1 : 1)),
  };
}

/** The edit that takes `edit` back, given the labels before it; undefined where it changes nothing. */
export function inverseEdit(edit: HumanEdit, before: HumanLabels): HumanEdit | undefined {
  if (edit.kind === 'put-span' || edit.kind === 'delete-span') {
    const id = edit.kind === 'put-span' ? edit.span.id : edit.id;
    const span = before.spans.find((old) => old.id === id);
    if (span) return { kind: 'put-span', span };
    return edit.kind === 'put-span' ? { kind: 'delete-span', id } : undefined;
  }
  const id = edit.kind === 'put-snapshot' ? edit.snapshot.id : edit.id;
  const snapshot = before.snapshots.find((old) => old.id === id);
  if (snapshot) return { kind: 'put-snapshot', snapshot };
  return edit.kind === 'put-snapshot' ? { kind: 'delete-snapshot', id } : undefined;
}
