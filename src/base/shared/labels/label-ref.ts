/** What a person or the network calls a thing. */
export interface LabelRef {
  /** ImageNet-1k class 0..999; undefined for a person's own label. */
  readonly index?: number;
  /** English name, or the person's own words. */
  readonly name: string;
}

/** Longest label of one's own, characters. */
export const LONGEST_LABEL = 120;

/** Whether something that was stored is a label. */
export function isLabelRef(value: unknown): value is LabelRef {
  if (typeof value !== 'object' || value === null) return false;
  const { index, name } = value as Partial<Record<keyof LabelRef, unknown>>;
  return typeof name === 'string' && name !== '' && (index === undefined || (Number.isInteger(index) && Number(index) >= 0 && Number(index) <= 999));
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

/** Characters that take part in writing though nobody sees them: joiners of emoji and of Indic and Arabic letters, tags of flags. */
const JOINS = /\u200c|\u200d|[\u{e0020}-\u{e007f}]/u;
/** Fillers that are letters by their category, and are not seen. */
const FILLERS = /[\u115f\u1160\u2800\u3164\uffa0]/gu;

/**
 * A person's words as a name: in one Unicode form (NFC), without control and format characters, one blank between words. Empty where
 * nothing is left that can be seen.
 */
export function nameOf(words: string): string {
  const seen = words
    .normalize('NFC')
    .replace(/\s+/gu, ' ')
    .replace(FILLERS, '')
    .replace(/[\p{Cc}\p{Cf}]/gu, (character) => (JOINS.test(character) ? character : ''))
    .trim();
  return /[^\p{C}\p{M}\p{Z}]/u.test(seen) ? seen : '';
}

/** What names are told apart by: upper and lower case are alike, and so is what nobody sees. */
export function nameKey(words: string): string {
  return nameOf(words).toLowerCase();
}
