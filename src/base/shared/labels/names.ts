import { IMAGENET_LABELS } from './imagenet';

/** BCP 47 tags of the languages that the class names come in. */
export type LabelLocale = 'en' | 'zh-Hans';

/**
 * The 1000 class names in a language, index = class. Chinese comes in a file of its own, fetched when it is first asked for.
 * @throws TypeError, as a failed import does, where that file cannot be fetched; asking again tries again where the browser does
 */
export async function labelNames(locale: LabelLocale): Promise<readonly string[]> {
  if (locale === 'en') return IMAGENET_LABELS;
  return (await import('./imagenet-zh')).IMAGENET_LABELS_ZH;
}

/** A class that a search found. */
export interface LabelMatch {
  /** The class, an index into each list that was searched. */
  readonly index: number;
  /** The name that matched best, as it is written in its list: in the other language than the reader's, say. */
  readonly name: string;
}

/** Kinds of match, the best one first. */
enum Rank {
  Whole,
  Prefix,
  WordPrefix,
  Within,
  None,
}

/**
 * What is compared: no case, accents or punctuation, full-width letters as plain ones, one space between words.
 * "Jack-o'-Lantern" is "jack o lantern", "Ｔ恤（短袖）" is "t恤 短袖".
 */
function folded(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/[\p{M}'’]/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

// A search runs at each key press and the lists never change: each is folded once.
const foldedLists = new WeakMap<readonly string[], readonly string[]>();

function foldedList(names: readonly string[]): readonly string[] {
  let list = foldedLists.get(names);
  if (!list) {
    list = names.map(folded);
    foldedLists.set(names, list);
  }
  return list;
}

function rankOf(name: string, query: string): Rank {
  if (name === query) return Rank.Whole;
  if (name.startsWith(query)) return Rank.Prefix;
  if (name.includes(` ${query}`)) return Rank.WordPrefix;
  return name.includes(query) ? Rank.Within : Rank.None;
}

/**
 * Classes whose name holds the query in any of the languages: first those named just so, then names that start with it, then
 * names with a word that starts with it, then those that hold it anywhere. Equals stay in the order of their classes. Case,
 * accents and punctuation do not count.
 * @param query what a person typed so far; nothing is found for a blank one
 * @param names one list a language, index = class; they must not change between searches. Of two names of a class that match
 *   as well, the one from the earlier list is told.
 * @param limit at most so many, 1 or more
 * @throws RangeError on a limit that is not a whole number above 0
 */
export function searchLabels(query: string, names: readonly (readonly string[])[], limit: number): LabelMatch[] {
  if (!Number.isInteger(limit) || limit < 1) throw new RangeError(`limit must be a whole number above 0, not ${limit}`);
  const wanted = folded(query);
  if (!wanted) return [];
  const ranked: LabelMatch[][] = [[], [], [], []];
  const lists = names.map(foldedList);
  const classes = Math.max(0, ...lists.map((list) => list.length));
  for (let index = 0; index < classes; index++) {
    let best = Rank.None;
    let name = '';
    lists.forEach((list, language) => {
      const rank = index < list.length ? rankOf(list[index], wanted) : Rank.None;
      if (rank < best) [best, name] = [rank, names[language][index]];
    });
    if (best !== Rank.None) ranked[best].push({ index, name });
  }
  return ranked.flat().slice(0, limit);
}
