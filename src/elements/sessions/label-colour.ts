import type { LabelRef } from '../../contract/session';
import { labelKey } from '../../domain/sessions/labels';

/** A hue for each label, the same at each visit, degrees. */
export function labelHue(label: LabelRef): number {
  // FNV-1a (isthe.com/chongo/tech/comp/fnv), then spread over the circle.
  let hash = 0x811c9dc5;
  for (const letter of labelKey(label)) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193);
  return Math.round(((hash >>> 0) * 137.508) % 360);
}

/** The colour of a label in the page's scheme, readable as a line on its background. */
export function labelColour(label: LabelRef, dark: boolean): string {
  return `hsl(${labelHue(label)} 75% ${dark ? 68 : 38}%)`;
}

/** Whether the page is dark now. */
export function isDark(): boolean {
  return !matchMedia('(prefers-color-scheme: light)').matches;
}
