import { labelKey, type LabelRef } from '../../../base/shared/labels/label-ref';

/** A hue for each label, the same at each visit, degrees. */
function labelHue(label: LabelRef): number {
  // FNV-1a (isthe.com/chongo/tech/comp/fnv), its bits stirred by MurmurHash3's finish, as keys differ in their last digits only.
  let hash = 0x811c9dc5;
  for (const letter of labelKey(label)) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) % 360;
}

/** Hues that are easy to tell apart, for the labels that share a plot. */
const APART = [160, 30, 265, 210, 340, 75] as const;

/** Colours of a session's labels: those in its plot far apart, the others by chance, always the same. */
export class LabelColours {
  readonly #hues: ReadonlyMap<string, number>;

  /** @param plotted labels that share a plot */
  constructor(plotted: readonly LabelRef[]) {
    this.#hues = new Map(plotted.slice(0, APART.length).map((label, i) => [labelKey(label), APART[i]]));
  }

  /** As a line or border in the page's scheme; 3:1 or more on its surfaces. */
  of(label: LabelRef, dark: boolean): string {
    return `hsl(${this.#hues.get(labelKey(label)) ?? labelHue(label)} 75% ${dark ? 68 : 36}%)`;
  }
}

/** Whether the page is dark now. */
export function isDark(): boolean {
  return !matchMedia('(prefers-color-scheme: light)').matches;
}
