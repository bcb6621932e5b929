import type { LabelRef } from '../../base/shared/labels/label-ref';

/**
 * What tells labels apart: the class where there is one, since two classes may share a name (`crane`), else the person's
 * own words.
 */
export function labelKey(label: LabelRef): string {
  return label.index === undefined ? `own:${label.name}` : `class:${label.index}`;
}

export function sameLabel(a: LabelRef, b: LabelRef): boolean {
  return labelKey(a) === labelKey(b);
}
