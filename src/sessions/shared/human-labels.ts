import { parseHumanEdit, parseRecognition } from './parse';
import type { HumanEdit, HumanLabels, RecognitionEntry } from './session';

export const NO_LABELS: HumanLabels = { spans: [], snapshots: [] };

/**
 * The human labels after all edits, made one after another: the last put of an id counts, unless it was deleted later.
 * @param from the labels before the first edit
 */
export function foldEdits(edits: readonly HumanEdit[], from: HumanLabels = NO_LABELS): HumanLabels {
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
    spans: [...spans.values()].sort((a, b) => a.startUs - b.startUs || a.endUs - b.endUs),
    snapshots: [...snapshots.values()].sort((a, b) => a.timeUs - b.timeUs),
  };
}

/** The edit that undoes `edit`, made when the labels stood as `before`; undefined where it changed nothing. */
export function inverseEdit(edit: HumanEdit, before: HumanLabels): HumanEdit | undefined {
  switch (edit.kind) {
    case 'put-span': {
      const span = before.spans.find((s) => s.id === edit.span.id);
      return span ? { kind: 'put-span', span } : { kind: 'delete-span', id: edit.span.id };
    }
    case 'delete-span': {
      const span = before.spans.find((s) => s.id === edit.id);
      return span && { kind: 'put-span', span };
    }
    case 'put-snapshot': {
      const snapshot = before.snapshots.find((s) => s.id === edit.snapshot.id);
      return snapshot ? { kind: 'put-snapshot', snapshot } : { kind: 'delete-snapshot', id: edit.snapshot.id };
    }
    case 'delete-snapshot': {
      const snapshot = before.snapshots.find((s) => s.id === edit.id);
      return snapshot && { kind: 'put-snapshot', snapshot };
    }
  }
}

/** Whether a reader takes a value. */
function reads(parse: (value: unknown) => unknown, value: unknown): boolean {
  try {
    parse(value);
    return true;
  } catch {
    return false;
  }
}

/** Whether a parsed line of human.jsonl is an edit. */
export function isHumanEdit(value: unknown): value is HumanEdit {
  return reads(parseHumanEdit, value);
}

/** Whether a parsed line of labels.jsonl is a recognition. */
export function isRecognitionEntry(value: unknown): value is RecognitionEntry {
  return reads(parseRecognition, value);
}
