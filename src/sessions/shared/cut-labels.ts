import type { HumanEdit, HumanLabels } from './session';

/**
 * The edits that bring human labels into a film that became shorter: spans end where it ends, or go where they begin after
 * it; snapshots stay, since their pictures are there, and are put at the last frame.
 *
 * @param lastUs time of the film's last frame, microseconds
 * @param durationUs its end
 */
export function cutLabels(human: HumanLabels, lastUs: number, durationUs: number): HumanEdit[] {
  const edits: HumanEdit[] = [];
  for (const span of human.spans) {
    if (span.startUs >= durationUs) edits.push({ kind: 'delete-span', id: span.id });
    else if (span.endUs > durationUs) edits.push({ kind: 'put-span', span: { ...span, endUs: durationUs } });
  }
  for (const snapshot of human.snapshots) {
    if (snapshot.timeUs > lastUs) edits.push({ kind: 'put-snapshot', snapshot: { ...snapshot, timeUs: Math.max(0, lastUs) } });
  }
  return edits;
}
