import { LONGEST_LABEL, labelKey, nameKey, nameOf, type LabelRef } from '../../base/shared/labels/label-ref';
import { MOST_PREPARED } from './label-slots';

/** What a text of labels holds, and what of it cannot be taken as it stands. */
export interface LabelSet {
  /** In the order of their lines, each once. */
  readonly labels: readonly LabelRef[];
  /** Numbers of lines that name a label which an earlier line names, counted from 1. */
  readonly twice: readonly number[];
  /** Numbers of lines that are longer than a label may be. */
  readonly long: readonly number[];
  /** How many labels there are above `MOST_PREPARED`. */
  readonly above: number;
}

/** Classes by each of their names, as `nameKey` gives it. */
export type ClassesByName = ReadonlyMap<string, ReadonlySet<number>>;

/** @param lists names of the classes in each language, index = class */
export function classesByName(lists: readonly (readonly string[])[]): ClassesByName {
  const classes = new Map<string, Set<number>>();
  for (const names of lists) {
    names.forEach((name, index) => {
      const key = nameKey(name);
      classes.set(key, (classes.get(key) ?? new Set()).add(index));
    });
  }
  return classes;
}

/** A class whose name another class has too is written with its number. */
const NUMBERED = /^(.*)\t(\d{1,3})$/;

/**
 * Reads labels, one a line. A line that is the name of one class of the network, in any of the languages and cases, means that class; a name
 * of two classes means neither unless a tab and the class's number follow. Blank lines are nothing.
 * @param english names of the classes as sessions keep them, index = class
 */
export function labelsOfText(text: string, classes: ClassesByName, english: readonly string[]): LabelSet {
  const labelOf = (line: string): LabelRef => {
    const [, before, number] = NUMBERED.exec(line) ?? [];
    if (number !== undefined && classes.get(nameKey(before))?.has(Number(number))) return { index: Number(number), name: english[Number(number)] };
    const name = nameOf(line);
    const [index, ...others] = classes.get(nameKey(name)) ?? [];
    return index === undefined || others.length > 0 ? { name } : { index, name: english[index] };
  };
  const labels = new Map<string, LabelRef>();
  const twice: number[] = [];
  const long: number[] = [];
  text.replace(/^\ufeff/, '').split(/\r\n|\r|\n/).forEach((line, i) => {
    if (nameOf(line) === '') return;
    const label = labelOf(line);
    // Own words are told apart as names are, whatever their case.
    const key = label.index === undefined ? nameKey(label.name) : labelKey(label);
    if (label.name.length > LONGEST_LABEL) long.push(i + 1);
    else if (labels.has(key)) twice.push(i + 1);
    else labels.set(key, label);
  });
  const all = [...labels.values()];
  return { labels: all.slice(0, MOST_PREPARED), twice, long, above: Math.max(0, all.length - MOST_PREPARED) };
}

/**
 * Writes labels as `labelsOfText` reads them.
 * @param nameOfClass what a class is written as
 */
export function textOfLabels(labels: readonly LabelRef[], classes: ClassesByName, nameOfClass: (label: LabelRef) => string): string {
  return labels
    .map((label) => {
      if (label.index === undefined) return label.name;
      const name = nameOfClass(label);
      return (classes.get(nameKey(name))?.size ?? 0) > 1 ? `${name}\t${label.index}` : name;
    })
    .map((line) => `${line}\n`)
    .join('');
}
