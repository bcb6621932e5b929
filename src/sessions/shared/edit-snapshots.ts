import type { HumanEdit, HumanLabels } from './session';
import { sameLabel, type LabelRef } from '../../base/shared/labels/label-ref';

/*
 * Editing snapshots. Each function gives the edits of one step of undo; none where nothing would change, or where the snapshot
 * is gone meanwhile. A deleted snapshot's picture stays among the session's files, so that it can be had back.
 */

export function relabelSnapshot({ snapshots }: HumanLabels, id: string, label: LabelRef): HumanEdit[] {
  const snapshot = snapshots.find((one) => one.id === id);
  if (!snapshot || (snapshot.label && sameLabel(snapshot.label, label))) return [];
  return [{ kind: 'put-snapshot', snapshot: { ...snapshot, label } }];
}

export function deleteSnapshot({ snapshots }: HumanLabels, id: string): HumanEdit[] {
  return snapshots.some((one) => one.id === id) ? [{ kind: 'delete-snapshot', id }] : [];
}
