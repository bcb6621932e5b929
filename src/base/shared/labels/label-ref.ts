/** What a person or the network calls a thing. */
export interface LabelRef {
  /** ImageNet-1k class 0..999; undefined for a person's own label. */
  readonly index?: number;
  /** English name, or the person's own words. */
  readonly name: string;
}

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
