import { LabelTable } from './label-table';
import { parseHumanEdit, parseRecognition } from './parse';
import type { HumanEdit, HumanLabels, RecognitionEntry } from './session';

export const NO_LABELS: HumanLabels = { spans: [], snapshots: [] };

/**
 * The human labels after all edits, made one after another: the last put of an id counts, unless it was deleted later.
 * @param from the labels before the first edit
 */
export function foldEdits(edits: readonly HumanEdit[], from: HumanLabels = NO_LABELS): HumanLabels {
  const table = new LabelTable(from);
  table.applyAll(edits);
  return table.labels;
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
