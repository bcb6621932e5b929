import type { HumanEdit, HumanLabels, HumanSpan, RecognitionEntry, Snapshot } from './session';

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

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

function isSpan(value: unknown): value is HumanSpan {
  if (!isObject(value) || typeof value['id'] !== 'string' || !isObject(value['label'])) return false;
  const { startUs, endUs } = value;
  return typeof startUs === 'number' && typeof endUs === 'number' && endUs > startUs;
}

function isSnapshot(value: unknown): value is Snapshot {
  return isObject(value) && ['id', 'file'].every((key) => typeof value[key] === 'string') && typeof value['timeUs'] === 'number';
}

/** Whether a parsed line of human.jsonl is an edit. */
export function isHumanEdit(value: unknown): value is HumanEdit {
  if (!isObject(value)) return false;
  switch (value['kind']) {
    case 'put-span':
      return isSpan(value['span']);
    case 'put-snapshot':
      return isSnapshot(value['snapshot']);
    case 'delete-span':
    case 'delete-snapshot':
      return typeof value['id'] === 'string';
    default:
      return false;
  }
}

/** Whether a parsed square is one: shares of a picture. */
function isSquare(value: unknown): boolean {
  if (!isObject(value)) return false;
  const isShare = (share: unknown): boolean => typeof share === 'number' && share >= 0 && share <= 1;
  return isShare(value['x']) && isShare(value['y']) && isShare(value['side']) && value['side'] !== 0;
}

/** Whether a parsed line of labels.jsonl is a recognition. */
export function isRecognitionEntry(value: unknown): value is RecognitionEntry {
  if (!isObject(value) || typeof value['timeUs'] !== 'number' || !Array.isArray(value['top']) || typeof value['modelId'] !== 'string') return false;
  return value['square'] === undefined || isSquare(value['square']);
}
